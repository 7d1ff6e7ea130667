// Whatever stands in cron.job and in its history, put there by cron.schedule, by hand, or by two transactions at once: no
// pass fails, no part of one, and the job that fails beside it is reported.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { proofs } from "../support/random/proofs.ts";
import { inUndoneWorld, type UndoneWorld } from "../support/rigs/undone_world.ts";

const text = fc.oneof(
  // Text that PostgreSQL takes: anything but NUL.
  fc.string({ unit: "grapheme", maxLength: 60 }).map((one) => one.replaceAll("\0", "")),
  fc.constantFrom("", "%s %I %L", "'", '"', "\\", "$$", "{}", "NULL", "infinity", "pg_cron", "analytics-cron-audit"),
  fc.constantFrom("refresh-mv_agent_progress", "jobid:1", "probe", "postgres", "anon", "*", "a".repeat(5_000)),
);
const number = fc.constantFrom("0", "1", "-1", "1.5", "99999999999999999999", "2147483648", "1e99", "", "7 d", "5 min");
const command = fc.oneof(
  text,
  number.map((one) => `set statement_timeout = '${one}'; select 1`),
  number.map((one) => `set local statement_timeout to ${one}`),
  fc.constantFrom(
    "select analytics.refresh_view('mv_agent_progress')",
    "refresh materialized view concurrently analytics.gone; refresh materialized view x",
    "select net.http_post('https://x.supabase.co/functions/v1/y')",
    "select net.http_post(url := 'https://:@%00/rest/v1/', body := '{')",
    "select analytics.invoke_function('gone', null)",
    "vacuum; ".repeat(500),
  ),
);
const schedule = fc.oneof(
  text,
  fc.constantFrom(
    "* * * * *",
    "0 0 30 2 *",
    "60 seconds",
    "0 seconds",
    "99999999999 seconds",
    "@reboot",
    "@",
    "* * *",
    "0 0 $ * *",
  ),
  fc.array(fc.constantFrom("*", "1-", ",", "*/0", "70", "5-1", "jan", "$", "1/5"), { maxLength: 7 }).map((fields) =>
    fields.join(" ")
  ),
);
const name = fc.oneof(text.map((one) => one.slice(0, 15)), fc.constant(null));
const job = fc.record({
  jobid: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom("9223372036854775807", "0", "-1")).map(String),
  schedule,
  command,
  nodename: text,
  nodeport: fc.integer({ min: -1, max: 70_000 }),
  database: text,
  username: fc.oneof(text, fc.constantFrom("postgres", "service_role", "gone")),
  active: fc.boolean(),
  jobname: name,
});

const moment = fc.constantFrom(
  null,
  ...[
    "infinity",
    "-infinity",
    "0044-03-15 BC",
    "4713-01-01 BC",
    "294276-12-31",
    "1970-01-01",
    "2000-01-01",
    "9999-12-31",
  ],
  ...["now", "yesterday", "tomorrow"],
);
const run = fc.record({
  jobid: fc.oneof(fc.integer({ min: 1, max: 60 }).map(String), fc.constantFrom(null, "9223372036854775807", "-5")),
  runid: fc.oneof(
    fc.integer({ min: 1, max: 400 }).map((above) => ({ above })),
    fc.constantFrom("9223372036854775807", "-9223372036854775808", "0", "9223372036854775806").map((runid) => ({
      runid,
    })),
  ),
  job_pid: fc.constantFrom(null, 0, -1, 1, 2_147_483_647),
  status: fc.oneof(fc.constantFrom(null, "starting", "connecting", "sending", "running", "succeeded", "failed"), text),
  return_message: fc.oneof(
    text,
    fc.constantFrom(null, "connection failed", "server restarted", "job canceled", "job startup timeout"),
    fc.constantFrom(
      "ERROR:  canceling statement due to statement timeout",
      "failed [22012]: x",
      "ERROR: ".repeat(2_000),
    ),
  ),
  start_time: moment,
  end_time: moment,
});
type OddJob = typeof job extends fc.Arbitrary<infer Job> ? Job : never;
type OddRun = typeof run extends fc.Arbitrary<infer Run> ? Run : never;

/** In one transaction each: what was rolled back in it stays in its tables, and every case makes the next one slower. */
const CASES_IN_A_WORLD = 40;
const FIRST_SEED = 20_261_129;

Deno.test("no row of cron.job or of its history makes a pass, or a part of it, fail, or hides a job that fails", async () => {
  const cases = proofs(12, 2_000);
  for (let world = 0; world * CASES_IN_A_WORLD < cases; world += 1) {
    await inUndoneWorld(async (undoneWorld) => {
      await undoneWorld.plant("probe-beside", []);
      // As where a key was dropped, or two transactions got past it.
      await undoneWorld.sql`alter table cron.job drop constraint job_pkey, drop constraint jobname_username_uniq`;
      await fc.assert(
        fc.asyncProperty(
          fc.array(job, { maxLength: 8 }),
          fc.array(run, { maxLength: 20 }),
          (jobs, runs) => undone(undoneWorld.sql, () => play(undoneWorld, jobs, runs)),
        ),
        { numRuns: Math.min(CASES_IN_A_WORLD, cases - world * CASES_IN_A_WORLD), seed: FIRST_SEED + world },
      );
    });
  }
});

async function play({ sql, pass, open }: UndoneWorld, jobs: readonly OddJob[], runs: readonly OddRun[]): Promise<void> {
  await plantRows(sql, jobs, runs);
  await sql`
    insert into cron.job_run_details (jobid, runid, status, return_message, start_time, end_time)
    select jobid, (select low_runid + 500 from analytics.audit_state), 'failed', 'ERROR:  beside', now(), now()
    from cron.job where jobname = 'probe-beside' limit 1`;
  for (let passes = 0; passes < 2; passes += 1) {
    assert.ok(await pass() !== null);
    const failed =
      await sql`select subject, evidence ->> 'message' as message from analytics.findings where kind = 'detector_failed' and state <> 'ok'`;
    assert.deepEqual([...failed], []);
    assert.ok((await open()).includes("failed:probe-beside"));
  }
}

/** In a savepoint that is rolled back, whatever the body does. */
async function undone(sql: postgres.TransactionSql, body: () => Promise<void>): Promise<void> {
  await sql`savepoint one_case`;
  try {
    await body();
  } finally {
    await sql`rollback to savepoint one_case`;
  }
}

async function plantRows(
  sql: postgres.TransactionSql,
  jobs: readonly OddJob[],
  runs: readonly OddRun[],
): Promise<void> {
  for (const one of jobs) {
    await sql`
      insert into cron.job (jobid, schedule, command, nodename, nodeport, database, username, active, jobname)
      values (${one.jobid}::bigint, ${one.schedule}, ${one.command}, ${one.nodename}, ${one.nodeport}, ${one.database},
        ${one.username}, ${one.active}, ${one.jobname})`;
  }
  for (const one of runs) {
    const [runid, above] = "above" in one.runid ? [null, one.runid.above] : [one.runid.runid, null];
    await sql`
      insert into cron.job_run_details (jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time)
      values (${one.jobid}::bigint, coalesce(${runid}::bigint, (select low_runid from analytics.audit_state) + ${above}),
        ${one.job_pid}, null, null, null, ${one.status}, ${one.return_message}, ${one.start_time}::text::timestamptz,
        ${one.end_time}::text::timestamptz)
      on conflict do nothing`;
  }
}
