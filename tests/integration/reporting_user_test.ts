// Every query that docs/bi ships, run as the role that the tools use, activated by the line that docs/bi/README.md gives.
import assert from "node:assert/strict";
import postgres from "postgres";
import { queriesOf, resolveGrafana } from "../support/documents/grafana_sql.ts";
import { variablesOf } from "../../tools/metabase/question.ts";
import { namesIn, resolveMetabase } from "../support/documents/metabase_sql.ts";
import { activateReportingUser, bi, endReporting } from "../support/rigs/reporting_role.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";
import { organisations, plantTraining } from "../support/fixtures/training.ts";

const owner = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
let reporting: postgres.Sql;

Deno.test.beforeAll(async () => {
  reporting = await activateReportingUser(owner);
  await plantTraining(owner);
});

Deno.test.afterAll(() => endReporting(owner, reporting));

/** The connections live as long as the file. */
function asReportingUser(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

asReportingUser(
  "reporting_user's sessions are read only, limited in time, and see the pack by its bare names",
  async () => {
    const [settings] = await reporting`
    select current_user, current_setting('default_transaction_read_only') as read_only,
        current_setting('statement_timeout') as statement_timeout, current_setting('lock_timeout') as lock_timeout,
        current_setting('idle_in_transaction_session_timeout') as idle, current_setting('search_path') as search_path,
        (select count(*) > 0 from mv_org_overview) as sees`;
    assert.deepEqual({ ...settings }, {
      current_user: "reporting_user",
      read_only: "on",
      statement_timeout: "30s",
      lock_timeout: "2s",
      idle: "1min",
      search_path: "analytics",
      sees: true,
    });
  },
);

asReportingUser(
  "reporting_user's writes are refused while its sessions are read only, and by privilege when they are not",
  async () => {
    await assert.rejects(reporting`delete from analytics.dim_time`, { code: "25006" });
    await assert.rejects(reporting`select net.http_get('http://127.0.0.1:1/')`, { code: "25006" });
    await assert.rejects(reporting`create temporary table planted (id integer)`, { code: "25006" });
    await reporting`set default_transaction_read_only = off`;
    try {
      await assert.rejects(reporting`delete from analytics.dim_time`, { code: "42501" });
      await assert.rejects(reporting`create table public.planted (id integer)`, { code: "42501" });
      await assert.rejects(reporting`create table analytics.planted (id integer)`, { code: "42501" });
      await assert.rejects(reporting`select analytics.refresh_view('mv_org_overview')`, { code: "42501" });
    } finally {
      await reporting`reset default_transaction_read_only`;
    }
  },
);

/** Columns that say nothing in any row: a sum over nothing is a row, too. */
function emptyColumns(rows: readonly Record<string, unknown>[]): string[] {
  const names = Object.keys(rows[0] ?? { "no row": null });
  return names.filter((name) =>
    rows.every((row) => row[name] === undefined || row[name] === null || row[name] === "0")
  );
}

const VALUES: Readonly<Record<string, string>> = {
  organisation: organisations.first.id,
  user_id: "u3",
  user_name: "Name of u3",
  people: "u1,u2,u3",
  scenario: "canary-first",
  event_type: "question_asked",
  month: "2026-02-10",
  from: "2026-02-01",
  to: "2026-02-28",
  year: "2026",
};
/** Without a month it is the current one, on whose first day nobody has attempted anything yet. */
const MAY_BE_EMPTY = ["manager_leaderboard"];

for (const { name: file } of [...Deno.readDirSync(`${bi}metabase`)].sort((a, b) => a.name.localeCompare(b.name))) {
  const title = file.replace(/\.sql$/, "");
  asReportingUser(`Metabase: ${title} answers with rows, with what is required and with every variable`, async () => {
    const question = await Deno.readTextFile(`${bi}metabase/${file}`);
    const variables = variablesOf(question);
    assert.match(question, /^-- Question: .+\n-- Dashboard: (admin|manager|trainee|kpi); chart: .+\n/);
    assert.deepEqual(namesIn(question).sort(), variables.map(({ name }) => name).sort());

    const defaults = Object.fromEntries(
      variables.filter(({ given }) => given !== "required" && given !== "optional").map((
        { name, given },
      ) => [name, given]),
    );
    const chosen = (wanted: (given: string) => boolean) =>
      Object.fromEntries(
        variables.filter(({ name, given }) => !(name in defaults) && wanted(given)).map((
          { name },
        ) => [name, VALUES[name] ?? ""]),
      );
    const required = await reporting.unsafe(
      resolveMetabase(question, { ...defaults, ...chosen((given) => given === "required") }),
    );
    const all = await reporting.unsafe(resolveMetabase(question, { ...defaults, ...chosen(() => true) }));
    assert.ok(all.length > 0, "no rows with every variable");
    assert.ok(required.length > 0 || MAY_BE_EMPTY.includes(title), "no rows with what is required");
    assert.deepEqual(emptyColumns([...all, ...required]), []);
  });
}

const dashboard: unknown = JSON.parse(Deno.readTextFileSync(`${bi}grafana/training.json`));
for (const { title, sql, isTimeSeries } of queriesOf(dashboard)) {
  asReportingUser(
    `Grafana: "${title}" answers with rows${isTimeSeries ? " in the order of their time" : ""}`,
    async () => {
      const rows = await reporting.unsafe(resolveGrafana(sql, {
        from: "2026-01-01T00:00:00Z",
        to: "2026-02-28T23:59:59Z",
        values: {
          organisation: [organisations.first.id, organisations.second.id],
          user: ["u3"],
          event_type: ["question_asked"],
        },
      }));
      assert.ok(rows.length > 0);
      if (!isTimeSeries) return;
      const times = rows.map(({ time }) => time instanceof Date ? time.getTime() : NaN);
      assert.ok(times.every((time, index) => time >= (times[index - 1] ?? -Infinity)), "Grafana wants rows by time");
    },
  );
}

asReportingUser("manager_leaderboard ranks by the score, and compares with the month before", async () => {
  const question = await Deno.readTextFile(`${bi}metabase/manager_leaderboard.sql`);
  const rows = await reporting.unsafe(resolveMetabase(question, {
    organisation: organisations.first.id,
    month: "2026-02-10",
    limit: "3",
    people: "u1,u3,u5",
  }));
  // Trainee n has 106 - n in January and 100 + n in February.
  assert.deepEqual(rows.map((row) => [row.rank, row.user_name, row.avg_score, row.avg_score_change]), [
    ["1", "Name of u5", "105.000", "4.000"],
    ["2", "Name of u3", "103.000", "0.000"],
    ["3", "Name of u1", "101.000", "-4.000"],
  ]);
});
