import { deepEqual, doesNotMatch, equal, match, throws } from "node:assert/strict";
import { connectionUrl } from "../../tools/doctor/address.ts";
import { databaseUrl, parseArguments } from "../../tools/doctor/arguments.ts";
import { seconds, statementTimeout } from "../../tools/doctor/command_limits.ts";
import type { Examination } from "../../tools/doctor/examine.ts";
import type { Diagnosis } from "../../tools/doctor/finding.ts";
import { KINDS } from "../../tools/doctor/kinds.ts";
import { projectOf } from "../../tools/doctor/patient.ts";
import { calledIn, isDynamicRefresh, refreshesIn } from "../../tools/doctor/refreshes.ts";
import { repairOf } from "../../tools/doctor/repair.ts";
import { exitCode, inWords } from "../../tools/doctor/report.ts";

const FINDING: Diagnosis = {
  kind: "failed",
  severity: "error",
  subject: "nightly",
  message: "its last run failed: division by zero",
  repair_sql: "select 1;\nselect 2;",
  runbook: "docs/runbook/failed.md",
};
const EXAMINATION: Examination = {
  examined_at: "2026-11-20T10:00:00.000Z",
  server_version: "15.18",
  cron_version: "1.4-1",
  address: "127.0.0.1:5432",
  database: "postgres",
  has_freshet: false,
  job_count: 3,
  findings: [],
  unchecked: [],
};

Deno.test("connectionUrl() keeps what reaches the database and how it is encrypted, and drops what would be said at the start", () => {
  const project = "abcdefghijklmnopqrst";
  const pooler = "aws-0-eu-central-1.pooler.supabase.com:5432";
  const addresses: Record<string, string> = {
    [`postgresql://postgres.${project}:p%40ss@${pooler}`]: `postgresql://postgres.${project}:p%40ss@${pooler}/postgres`,
    [`postgresql://postgres.${project}:p@${pooler}/?pgbouncer=true&sslmode=require`]:
      `postgresql://postgres.${project}:p@${pooler}/postgres?sslmode=require`,
    [`postgresql://postgres.${project}:p@${pooler}/other?options=-c%20jit%3Doff`]:
      `postgresql://postgres.${project}:p@${pooler}/other`,
    "postgresql://someone@127.0.0.1:5432": "postgresql://someone@127.0.0.1:5432",
  };
  for (const [given, expected] of Object.entries(addresses)) equal(connectionUrl(given), expected, given);
});

Deno.test("statementTimeout() reads the limit that a command sets for itself, in seconds", () => {
  const limits: Record<string, number | null> = {
    "set statement_timeout = '10min'; refresh materialized view v": 600,
    "SET LOCAL statement_timeout TO 90000; select f()": 90,
    "set session statement_timeout='1.5 h';": 5_400,
    "set lock_timeout = '5s'; select 1": null,
    "select 1": null,
  };
  for (const [command, limit] of Object.entries(limits)) equal(statementTimeout(command), limit, command);
  equal(seconds("2min"), 120);
  equal(seconds("forever"), null);
});

Deno.test("refreshesIn() sees every refresh of a text, quoted, qualified and concurrent, and none in a comment", () => {
  deepEqual(
    refreshesIn(`begin; -- refresh materialized view not_this
      REFRESH MATERIALIZED VIEW CONCURRENTLY analytics . "My View"; refresh materialized view plain; /* refresh materialized view nor_this */
      refresh materialized view emptied with no data; execute format('refresh materialized view concurrently %I', name);`),
    [
      { view: 'analytics."My View"', is_concurrent: true, is_emptying: false },
      { view: "plain", is_concurrent: false, is_emptying: false },
      { view: "emptied", is_concurrent: false, is_emptying: true },
    ],
  );
  deepEqual(refreshesIn("select refreshed from materialized_views"), []);
});

Deno.test("isDynamicRefresh() knows a name that is put together at run time", () => {
  for (const text of ["'refresh materialized view ' || v", "format('Refresh Materialized View concurrently %I', v)"]) {
    equal(isDynamicRefresh(text), true, text);
  }
  for (const text of ["refresh materialized view v", "-- refresh materialized view %I"]) {
    equal(isDynamicRefresh(text), false, text);
  }
});

Deno.test("calledIn() names the functions that a command may call", () => {
  deepEqual(calledIn(`select reports.refresh_all(); select "Odd Name"(1) -- skipped()`), [
    { schema: "reports", name: "refresh_all" },
    { schema: null, name: "Odd Name" },
  ]);
});

Deno.test("every kind that the doctor finds has its page in the runbook", async () => {
  for (const kind of Object.keys(KINDS)) {
    await Deno.stat(new URL(`../../docs/runbook/${kind}.md`, import.meta.url));
  }
});

Deno.test("projectOf() knows a Supabase project by its address", () => {
  const ref = "abcdefghijklmnopqrst";
  equal(projectOf(`postgresql://postgres:x@db.${ref}.supabase.co:5432/postgres`), ref);
  equal(projectOf(`postgresql://postgres.${ref}:x@aws-0-eu-central-1.pooler.supabase.com:5432/postgres`), ref);
  equal(projectOf("postgresql://postgres@127.0.0.1:5432/postgres"), null);
});

Deno.test("parseArguments() takes both ways of writing an option, and repeats no password", () => {
  deepEqual(parseArguments(["--json", "--db-url=postgres://u:p%3D@h/db"]), {
    dbUrl: "postgres://u:p%3D@h/db",
    json: true,
    help: false,
  });
  equal(parseArguments(["--db-url", "postgresql://h/db"]).dbUrl, "postgresql://h/db");
  for (
    const wrong of [["--db-url", "mysql://u:hunter2@h"], ["--db-urls=postgres://u:hunter2@h/db"], [
      "postgres://u:hunter2@h",
    ], ["--db-url"]]
  ) {
    throws(() => parseArguments(wrong), (error: Error) => {
      doesNotMatch(error.message, /hunter2/);
      match(error.message, /→/);
      return true;
    });
  }
  throws(() => databaseUrl("hunter2", "FRESHET_DATABASE_URL"), /FRESHET_DATABASE_URL is no database URL/);
});

Deno.test("parseArguments() says what --remote is called", () => {
  throws(
    () => parseArguments(["--remote", "postgres://u:p@h/db"]),
    /--remote is called --db-url\n.*deno task doctor --db-url/,
  );
});

Deno.test("inWords() says which database was examined, and who named it", () => {
  match(
    inWords(EXAMINATION, "the local stack"),
    /^Database "postgres" at 127\.0\.0\.1:5432 \(the local stack\), PostgreSQL/,
  );
});

Deno.test("exitCode() tells the worst finding, and an examination that is not whole from a good one", () => {
  const codes = (["info", "warning", "error", "fatal"] as const).map((severity) =>
    exitCode({ ...EXAMINATION, findings: [{ ...FINDING, severity }] })
  );
  deepEqual(codes, [0, 1, 2, 3]);
  equal(exitCode(EXAMINATION), 0);
  const unchecked = [{ check: "history", kinds: ["failed" as const], reason: "permission denied" }];
  equal(exitCode({ ...EXAMINATION, unchecked }), 4);
  equal(exitCode({ ...EXAMINATION, unchecked, findings: [{ ...FINDING, severity: "fatal" }] }), 3);
});

Deno.test("inWords() shows each finding with its repair, and lets no job's name move the cursor", () => {
  const text = inWords({ ...EXAMINATION, findings: [{ ...FINDING, subject: "night\u001b[2Jly\nrow" }] }, "--db-url");
  match(text, /1 +error +failed +night \[2Jly row +its last run failed/);
  match(text, /1\. failed: .*docs\/runbook\/failed\.md/);
  match(text, /^ {5}select 2;$/m);
  match(text, /1 error$/);
  match(inWords(EXAMINATION, "--db-url"), /Nothing is wrong that can be seen from here\.$/);
});

Deno.test("repairOf() gives a stranger's database nothing of ours, and Freshet's the repair of its alerts", () => {
  const { repair_sql: _repair, runbook: _runbook, ...finding } = {
    ...FINDING,
    subject: "refresh-mv_a",
    job: "refresh-mv_a",
    runid: 7,
  };
  match(repairOf(finding, { own: null, has_freshet: true, now: 0 }) ?? "", /analytics\.manual_refresh\('mv_a'\)/);
  const foreign = repairOf(finding, { own: null, has_freshet: false, now: 0 }) ?? "";
  match(foreign, /where runid = 7/);
  doesNotMatch(foreign, /analytics\./);
  equal(repairOf(finding, { own: "select 3;", has_freshet: false, now: 0 }), "select 3;");
});
