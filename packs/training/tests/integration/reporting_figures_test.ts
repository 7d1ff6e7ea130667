// What BI tools show and what the API answers are the same figures, organisation by organisation.
import assert from "node:assert/strict";
import postgres from "postgres";
import { type Asked, counterparts } from "../support/bi_counterparts.ts";
import { queriesOf, resolveGrafana } from "../support/grafana_sql.ts";
import { resolveMetabase } from "../support/metabase_sql.ts";
import { activateReportingUser, bi, endReporting } from "../support/reporting_role.ts";
import { testDatabaseUrl } from "../../../../tests/support/rigs/test_database.ts";
import { organisations, people, plantTraining } from "../../../../tests/support/fixtures/training.ts";

const owner = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
let reporting: postgres.Sql;

Deno.test.beforeAll(async () => {
  reporting = await activateReportingUser(owner);
  await plantTraining(owner);
  // What a former member left open, and an organisation of the same name.
  await owner`insert into public.assignments (org_id, scenario_id, assignee_id, due_on, assigned_at)
    values (${organisations.first.id}, ${organisations.first.scenario}, 'u0', '2026-02-28', now())`;
  await owner`insert into public.orgs (name) values ('canary-first')`;
  await owner`select analytics.refresh_view('mv_assignment_status')`;
});

Deno.test.afterAll(() => endReporting(owner, reporting));

/** The connections live as long as the file. */
function asReportingUser(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

const dashboard: unknown = JSON.parse(Deno.readTextFileSync(`${bi}grafana/training.json`));

/** The questions that were compared. */
const seen = new Set<string>();

/** What a question of Metabase answers. */
async function asked(title: string, values: Readonly<Record<string, string>>): Promise<Record<string, unknown>[]> {
  seen.add(title);
  const question = await Deno.readTextFile(`${bi}metabase/${title}.sql`);
  return (await reporting.unsafe(resolveMetabase(question, values))).map((row) => ({ ...row }));
}

/** What the API's reading answers, today, in one organisation. */
async function read(
  name: string,
  { org, params = {}, people: whom = null }: Asked,
): Promise<Record<string, unknown>[]> {
  const today = new Date().toISOString().slice(0, 10);
  const question = { today, org, params, people: whom === null ? null : [...whom] };
  return await owner`select * from freshet.${owner(`reading_training_${name}`)}(${owner.json(question)}) as r`;
}

/** Cells as text, so that two spellings of one number are one. */
function cells(rows: readonly Record<string, unknown>[], ...columns: readonly string[]): string[] {
  const textOf = (value: unknown) =>
    value instanceof Date
      ? value.toISOString()
      : value === null
      ? "null"
      : String(value).replace(/\.?0+$/, (zeros) => zeros.startsWith(".") ? "" : zeros);
  return rows.map((row) => columns.map((column) => textOf(row[column])).join(" | "));
}

for (const [name, { id: org }] of Object.entries(organisations)) {
  const boss = people[name as keyof typeof people]["boss"] ?? [];
  const organisation = org;

  asReportingUser(`BI tools and API give the same overview and trend of the ${name} organisation`, async () => {
    const overview = ["active_users", "active_users_this_month", "total_attempts", "attempts_this_week"];
    const figures = [...overview, "attempts_this_month", "avg_score", "scored_count", "last_activity"];
    const shown = await asked("admin_org_overview", { organisation });
    assert.deepEqual(cells(shown, ...figures), cells(await read("org_overview", { org }), ...figures));
    // Five trainees with four attempts and u0 with one; the five in this month.
    assert.deepEqual(cells(shown, "total_attempts", "active_users", "active_users_this_month"), ["21 | 6 | 5"]);

    const trend = await read("attempt_trend", { org, params: { days: 30 } });
    trend.sort((left, right) => Number(left["active_on"]) - Number(right["active_on"]));
    assert.deepEqual(
      cells(
        await asked("admin_attempt_trend", { organisation, days: "30" }),
        "day",
        "attempts",
        "active_users",
        "avg_score",
        "scored",
      ),
      cells(trend, "active_on", "attempts_count", "active_users_count", "avg_score", "scored_count"),
    );
  });

  asReportingUser(
    `BI tools and API give the same figures of a manager's people in the ${name} organisation`,
    async () => {
      const month = { org, params: { month: "2026-02-01" }, people: boss };
      const ranked = await read("leaderboard", month);
      ranked.sort((left, right) => Number(left["rank"]) - Number(right["rank"]));
      assert.deepEqual(
        cells(
          await asked("manager_leaderboard", {
            organisation,
            month: "2026-02-10",
            limit: "10",
            people: boss.join(","),
          }),
          ...["rank", "user_name", "avg_score", "attempts", "avg_score_change"],
        ),
        cells(ranked, "rank", "name", "avg_score", "attempts", "avg_score_change"),
      );

      const tasks = await read("assignments", { org, people: boss });
      const columns = ["due_on", "title", "assigned_count", "completed_count", "completion_rate", "overdue_count"];
      assert.deepEqual(
        cells(
          await asked("manager_assignments", { organisation, people: boss.join(",") }),
          ...["due_on", "scenario", "assigned", "completed", "completion_rate", "overdue"],
        ).sort(),
        [...new Set(cells(tasks, ...columns))].sort(),
      );

      // One row for each task, of the people whom the manager has now.
      assert.deepEqual(
        cells(await read("tasks", { org, people: ["boss"] }), ...columns).sort(),
        [...new Set(cells(tasks, ...columns))].sort(),
      );

      const own = boss.filter((person) => name !== "first" || person !== "u4");
      const [team] = await read("team_overview", { org, params: { days: 30 }, people: ["boss"] });
      assert.deepEqual(
        cells(
          await asked("manager_team_performance", { organisation, people: own.join(","), days: "30" }),
          ...["attempts", "avg_score", "scored", "assignments", "completion_rate"],
        ),
        cells([team ?? {}], "attempts_count", "avg_score", "scored_count", "assignments_count", "completion_rate"),
      );
    },
  );

  asReportingUser(
    `BI tools and API give the same figures of a person and of calls in the ${name} organisation`,
    async () => {
      const person = { organisation, user_id: "u3" };
      assert.deepEqual(
        cells(
          await asked("trainee_stats", person),
          ...[
            "attempts_this_week",
            "avg_score_this_week",
            "avg_score_change",
            "attempts",
            "avg_score",
            "last_attempt_at",
          ],
        ),
        cells(
          await read("my_stats", { org, people: ["u3"] }),
          ...[
            "attempts_this_week",
            "avg_score_this_week",
            "avg_score_change",
            "attempts_count",
            "avg_score",
            "last_attempt_at",
          ],
        ),
      );
      const trend = await read("my_score_trend", { org, params: { days: 30 }, people: ["u3"] });
      trend.sort((left, right) => Number(left["active_on"]) - Number(right["active_on"]));
      assert.deepEqual(
        cells(await asked("trainee_score_trend", { ...person, days: "30" }), "day", "attempts", "avg_score"),
        cells(trend, "active_on", "attempts_count", "avg_score"),
      );
      const cohorts = await read("kpi_cohorts", { org, params: { event_type: "question_asked", thresholds: [3, 7] } });
      cohorts.sort((left, right) => Number(left["cohort"]) - Number(right["cohort"]));
      assert.deepEqual(
        cells(
          await asked("kpi_cohorts", { organisation, event_type: "question_asked", below: "3", above: "7" }),
          ...["events_an_attempt", "users", "attempts", "avg_score", "scored_users"],
        ),
        cells(
          cohorts.filter((row) => row["users_count"] !== "0"),
          "label",
          "users_count",
          "attempts_count",
          "avg_score",
          "scored_users_count",
        ),
      );
    },
  );
}

/** Questions that no resource answers: a list of organisations, and months where the API takes days. */
const ONLY_BI = ["admin_organisations", "admin_score_by_month"];

asReportingUser("every question of Metabase that the API answers too has the API's figures", async () => {
  for (const name of ["first", "second"] as const) {
    const { id: org } = organisations[name];
    const compared = counterparts({ asked, read, owner }, { org, boss: people[name]["boss"] ?? [] });
    for (const [title, { shown, columns, answered, like }] of Object.entries(compared)) {
      const rows = cells(await shown(), ...columns).sort();
      assert.ok(rows.length > 0, title);
      assert.deepEqual(rows, cells(await answered(), ...like).sort(), `${title} of the ${name} organisation`);
    }
  }
  // Those that the tests above asked are compared there.
  const questions = [...Deno.readDirSync(`${bi}metabase`)].map((file) => file.name.replace(/\.sql$/, "")).sort();
  assert.deepEqual([...seen, ...ONLY_BI].sort(), questions);
});

asReportingUser("an organisation is chosen by its id, also where another has its name", async () => {
  const all = await asked("admin_org_overview", {});
  assert.equal(all.filter((row) => row["organisation"] === "canary-first").length, 2);
  const one = await asked("admin_org_overview", { organisation: organisations.first.id });
  assert.deepEqual(cells(one, "org_id", "total_attempts"), [`${organisations.first.id} | 21`]);
  for (const { name } of Deno.readDirSync(`${bi}metabase`)) {
    const question = await Deno.readTextFile(`${bi}metabase/${name}`);
    assert.doesNotMatch(question, /name = \{\{organisation\}\}/, name);
  }
});

asReportingUser("Grafana's days have no gaps, and its users of the month are those of Metabase", async () => {
  const queries = new Map(queriesOf(dashboard).map(({ title, sql }) => [title, sql]));
  const rowsOf = async (title: string, from: string, to: string) =>
    await reporting.unsafe(resolveGrafana(queries.get(title) ?? assert.fail(title), {
      ...{ from, to },
      values: {
        organisation: [organisations.first.id, organisations.second.id],
        user: ["u3"],
        event_type: ["question_asked"],
      },
    }));
  // Leap day and the change to summer time included.
  for (const title of ["Attempts a day", "Average score a day", "Scores of $user"]) {
    const rows = await rowsOf(title, "2028-02-27T00:00:00Z", "2028-03-28T23:59:59Z");
    const days = [...new Set(rows.map(({ time }) => time instanceof Date ? time.toISOString() : "?"))];
    assert.equal(rows.length, 2 * 31, title);
    const expected = Array.from({ length: 31 }, (_, day) => new Date(Date.UTC(2028, 1, 27 + day)).toISOString());
    assert.deepEqual(days, expected, title);
  }
  const [row] = await rowsOf("Active users this month", "2026-01-01T00:00:00Z", "2026-02-28T23:59:59Z");
  assert.deepEqual({ ...row }, { active_users_this_month: "10" });
});
