import assert from "node:assert/strict";
import type postgres from "postgres";
import { ANSWERS_AT_FIRST } from "../../stack/database.ts";
import { importOuladInto } from "../../stack/import_oulad.ts";
import { attemptId, challengeId, submissionId, userId } from "../../samples/oulad/import/ids.ts";
import { importReport } from "../../tools/test/sample_clusters.ts";
import { sampleFolder, withCopyOf } from "../support/rigs/sample_copy.ts";
import { SAMPLE_FOLDER, withOulad, writePlainSample } from "./oulad_database.ts";

/** Of the study pack as much as the suite's sample holds; packs/study/tests/oulad loads the whole. */
async function importSample(databaseUrl: string, folder: string = SAMPLE_FOLDER) {
  const report: string[] = [];
  const imported = await importOuladInto({
    databaseUrl,
    folder,
    report: (line) => report.push(line),
    answers: ANSWERS_AT_FIRST,
  });
  return { imported, report };
}

const TABLES = [
  "public.challenges",
  "public.agents",
  "public.submissions",
  "public.orgs",
  "public.users",
  "public.org_members",
  "public.scenarios",
  "public.scenario_attempts",
  "analytics.fact_scenario_attempts",
  "analytics.dim_orgs",
  "analytics.dim_users",
  "analytics.dim_scenarios",
  "analytics.dim_time",
  "public.topics",
  "public.study_sessions",
  "public.question_attempts",
  "public.study_events",
  "freshet.study_event_keys",
  "freshet.study_changes",
  "analytics.source_changes",
] as const;

/** Changes with every new version of a row: where it lies and which transaction wrote it. */
async function versions(sql: postgres.Sql): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const [row] = await sql`
      select count(*) || ' ' || md5(string_agg(r.at, ',' order by r.at)) as version
      from (select t.tableoid::text || t.ctid::text || t.xmin::text as at from ${sql(table)} as t) as r`;
    found[table] = String(row?.version);
  }
  return found;
}

Deno.test("importOulad() loads every row of the dataset for the arena and the training pack, and says how many", async () => {
  // The import that made the suite's sample, into an empty database.
  const report = await importReport(sampleFolder() ?? "");
  assert.ok(report.some((line) => /studentAssessment.csv.gz: 100 %$/.test(line)), report.join("\n"));
  assert.deepEqual(report.slice(-3, -1), [
    "Arena: challenges: 22 (22 written); agents: 23,369 (23,369 written); submissions: 173,912 (173,912 written)",
    "Training pack: orgs: 7 (7 written); users: 23,369 (23,369 written); members: 25,087 (25,087 written); " +
    "scenarios: 206 (206 written); attempts: 173,912 (173,912 written)",
  ]);
  assert.match(report.at(-1) ?? "", /^Study pack: topics: 22 \(22 written\); sessions: .* written\)$/);
  await withOulad(async (sql) => {
    const [counts] = await sql`
      select count(*)::integer as submissions, count(distinct s.agent_id)::integer as agents,
          count(distinct s.challenge_id)::integer as challenges,
          count(*) filter (where s.status = 'scored')::integer as scored
      from public.submissions as s
      where s.challenge_id = any(${(await presentations(sql)).map(challengeId)})`;
    assert.deepEqual({ ...counts }, { submissions: 173_912, agents: 23_369, challenges: 22, scored: 173_739 });
  });
});

async function presentations(sql: postgres.Sql) {
  const rows = await sql<
    { title: string }[]
  >`select c.title from public.challenges as c where c.title ~ '^[A-G]{3} 201[34][BJ]$'`;
  return rows.map(({ title }) => ({ code_module: title.slice(0, 3), code_presentation: title.slice(4) }));
}

Deno.test("importOulad() of data that are there already", async (t) => {
  await withCopyOf("sample", (databaseUrl) =>
    withOulad(async (sql) => {
      await t.step("restores exactly the rows that were changed or deleted", async () => {
        await sql`update public.submissions set composite_score = 1 where id = ${submissionId("1752", "11391")}`;
        await sql`delete from public.submissions where id = ${submissionId("1752", "28400")}`;
        await sql`update public.scenario_attempts set score = 1 where id = ${attemptId("1752", "11391")}`;
        await sql`update public.scenario_attempts set status = 'abandoned' where id = ${attemptId("1752", "31604")}`;
        await sql`delete from public.scenario_attempts where id = ${attemptId("1752", "28400")}`;
        await changeWhatIsNotInTheDataset(sql);
        const { report } = await importSample(databaseUrl);
        assert.match(report.at(-3) ?? "", /submissions: 173,912 \(2 written\)$/);
        assert.match(report.at(-2) ?? "", /attempts: 173,912 \(3 written\)$/);
        const facts = await sql`
          select f.attempt_id, f.score::text from analytics.fact_scenario_attempts as f
          where f.attempt_id = any(${["11391", "31604", "28400"].map((student) => attemptId("1752", student))})
          order by f.score desc`;
        assert.deepEqual(facts.map(({ score }) => score), ["78", "72", "70"]);
      });
      await t.step("leaves alone what the dataset says nothing of", async () => {
        const rows = await sql`
          select u.email, m.manager_id, m.left_at::date::text as left_on
          from public.users as u join public.org_members as m on m.user_id = u.id where u.id = ${STUDENT}`;
        assert.deepEqual(rows.map((row) => ({ ...row })), [
          { email: "student@example.com", manager_id: userId("28400"), left_on: "2014-07-01" },
        ]);
      });
      await t.step(
        "writes no row version and logs no change where nothing was changed, from plain CSV too",
        async () => {
          const before = await versions(sql);
          const folder = await Deno.makeTempDir({ prefix: "freshet-oulad-" });
          await writePlainSample(folder);
          const { imported, report } = await importSample(databaseUrl, folder);
          await Deno.remove(folder, { recursive: true });
          assert.ok(imported.seconds > 0 && imported.seconds < 60, `It took ${imported.seconds} s`);
          assert.deepEqual({ ...imported, seconds: 0, sessions: 0, answers: 0, events: 0 }, {
            challenges: 22,
            agents: 23_369,
            submissions: 173_912,
            orgs: 7,
            users: 23_369,
            members: 25_087,
            scenarios: 206,
            attempts: 173_912,
            topics: 22,
            answers: 0,
            sessions: 0,
            events: 0,
            seconds: 0,
          });
          assert.deepEqual(await versions(sql), before);
          assert.deepEqual(report.slice(-3, -1), [
            "Arena: challenges: 22 (unchanged); agents: 23,369 (unchanged); submissions: 173,912 (unchanged)",
            "Training pack: orgs: 7 (unchanged); users: 23,369 (unchanged); members: 25,087 (unchanged); " +
            "scenarios: 206 (unchanged); attempts: 173,912 (unchanged)",
          ]);
          assert.match(report.at(-1) ?? "", /^Study pack: (?:[a-z]+: [0-9,]+ \(unchanged\)(?:; |$)){4}/);
        },
      );
    }, databaseUrl));
});

const STUDENT = userId("11391");

async function changeWhatIsNotInTheDataset(sql: postgres.Sql): Promise<void> {
  await sql`update public.users set email = 'student@example.com' where id = ${STUDENT}`;
  await sql`
    update public.org_members set manager_id = ${userId("28400")}, left_at = '2014-07-01' where user_id = ${STUDENT}`;
}

Deno.test("importOulad() makes a partition for each month of the dataset, so that the default one stays empty", async () => {
  await withOulad(async (sql) => {
    const [counts] = await sql`
      select
          count(*)::integer as facts,
          count(*) filter (where f.tableoid = 'analytics.fact_scenario_attempts_default'::regclass)::integer as in_default,
          count(distinct f.tableoid)::integer as partitions,
          count(distinct to_char(f.date_key, 'YYYY-MM'))::integer as months,
          count(*) filter (where t.date_key is null)::integer as outside_the_calendar
      from analytics.fact_scenario_attempts as f
      left join analytics.dim_time as t on t.date_key = f.date_key
      where f.user_id like 'oulad-%'`;
    assert.deepEqual({ ...counts }, {
      facts: 173_912,
      in_default: 0,
      partitions: 33,
      months: 33,
      outside_the_calendar: 0,
    });
  });
});
