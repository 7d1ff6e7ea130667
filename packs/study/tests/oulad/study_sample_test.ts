import assert from "node:assert/strict";
import type postgres from "postgres";
import { BUSY_LEARNER } from "../../../../samples/oulad/import/busy_learner.ts";
import { ANSWERS_AT_FIRST } from "../../../../stack/database.ts";
import { demoUsers } from "../../../../stack/demo_users.ts";
import { importOuladInto } from "../../../../stack/import_oulad.ts";
import { SAMPLE_FOLDER, withOulad } from "../../../../tests/oulad/oulad_database.ts";
import { rowDifferences, type TextRow } from "../../../../tests/oulad/row_difference.ts";
import { type InDuckdb, withOuladInDuckdb } from "../../../../tests/support/rigs/duckdb.ts";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { demoLearner } from "../../demo/rows.ts";
import { withCopyOf } from "../../../../tests/support/rigs/sample_copy.ts";

/** The answers of the dataset: a score of 40 passes. Those after 3 June 2015 are left out. */
const ANSWERS = `
  create view answer as
  select
      md5('oulad:attempt:' || id_assessment || ':' || id_student)::uuid::varchar as event_id,
      id_student, code_module || ' ' || code_presentation as topic, score >= 40 as is_correct, submitted_on
  from submission
  where score is not null and submitted_on <= '2015-06-03'`;

/** At most so many of them: the busy learner's, then those of whole students by the hash of their number. */
const limited = (view: string, most: number) => `
  create view ${view} as
  select a.*
  from answer as a
  join (
      select id_student, sum(n) over (order by id_student <> ${BUSY_LEARNER}, md5(id_student::varchar)) as total
      from (select id_student, count(*) as n from answer group by all)
  ) as s using (id_student)
  where s.total <= ${most}`;

/** Of a later import. The proofs import all. */
const MORE = proofs(20_000, 200_000);

const TOPICS = (answers: string) => `
  select
      topic, count(*)::varchar as answers, count(distinct id_student)::varchar as users,
      count(distinct (id_student, submitted_on))::varchar as days,
      (sum(is_correct::integer)::double / count(*))::decimal(9, 6)::varchar as accuracy,
      (min(submitted_on) - date '2015-06-03')::varchar as first_on, (max(submitted_on) - date '2015-06-03')::varchar as last_on
  from ${answers}
  group by all`;

function inDuckdb<Result>(body: (duckdb: InDuckdb) => Promise<Result>): Promise<Result> {
  return withOuladInDuckdb(body, [ANSWERS, limited("first_answer", 10_000), limited("more_answer", MORE)]);
}

/** The same of the database, without the made-up learner. Its days are counted from the last one, which a first import puts on the day before. */
function topicsOf(sql: postgres.Sql): Promise<TextRow[]> {
  return sql<TextRow[]>`
    select
        t.name as topic, count(*)::text as answers, count(distinct a.user_id)::text as users,
        count(distinct (a.user_id, a.attempted_at))::text as days, round(avg(a.is_correct::integer), 6)::text as accuracy,
        (min(d.on_date) - l.last_on)::text as first_on, (max(d.on_date) - l.last_on)::text as last_on
    from public.question_attempts as a
    join public.topics as t on t.id = a.topic_id
    cross join lateral (select (a.attempted_at at time zone 'UTC')::date as on_date) as d
    cross join (
        select (max(b.attempted_at) at time zone 'UTC')::date as last_on from public.question_attempts as b
        where b.user_id <> ${demoLearner}
    ) as l
    where a.user_id <> ${demoLearner}
    group by t.name, l.last_on`;
}

Deno.test("a first start loads whole students with at most 10,000 answers, as DuckDB counts them by topic", async () => {
  assert.equal(ANSWERS_AT_FIRST, 10_000);
  const expected = await inDuckdb((duckdb) => duckdb.rows(TOPICS("first_answer")));
  assert.equal(expected.length, 22);
  await withOulad(async (sql) => {
    assert.deepEqual(rowDifferences({ actual: await topicsOf(sql), expected, key: ["topic"] }), []);
  });
});

Deno.test("the nightly batch computes of the sample what DuckDB computes from the files", async () => {
  const expected = await inDuckdb(async (duckdb) => ({
    days: await duckdb.rows(`
      select topic, count(*)::varchar as answers, sum(is_correct::integer)::varchar as correct from first_answer group by all`),
    mastery: await duckdb.rows(`
      select if(id_student = ${BUSY_LEARNER}, '${demoUsers.member}', 'oulad-' || id_student) as user_id, topic,
          (sum(is_correct::integer)::double / count(*))::decimal(9, 6)::varchar as accuracy
      from first_answer group by all`),
  }));
  await withOulad(async (sql) => {
    const days = await sql<TextRow[]>`
      select t.name as topic, sum(s.questions_attempted)::text as answers, sum(s.questions_correct)::text as correct
      from analytics.topic_daily_stats as s join public.topics as t on t.id = s.topic_id
      where s.user_id <> ${demoLearner}
      group by t.name`;
    assert.deepEqual(rowDifferences({ actual: days, expected: expected.days, key: ["topic"] }), []);
    const mastery = await sql<TextRow[]>`
      select m.user_id, t.name as topic, round(m.overall_accuracy, 6)::text as accuracy
      from analytics.topic_mastery as m join public.topics as t on t.id = m.topic_id
      where m.user_id <> ${demoLearner}`;
    assert.deepEqual(
      rowDifferences({ actual: mastery, expected: expected.mastery, key: ["user_id", "topic"] }).slice(0, 20),
      [],
    );
  });
});

Deno.test("each answer has its session, and its event if that is not older than two years", () =>
  withOulad(async (sql) => {
    const [wrong] = await sql`
      select
          count(*) filter (where s.session_id is null)::integer as without_session,
          count(*) filter (where (e.event_id is null) <> (a.attempted_at < now() - interval '2 years 1 day'))::integer
              as wrong_event,
          count(e.event_id)::integer > 5000 as has_events,
          count(*) filter (where e.tableoid = 'public.study_events_default'::regclass)::integer as in_default
      from public.question_attempts as a
      left join public.study_sessions as s on s.session_id = a.session_id and s.user_id = a.user_id and s.started_at = a.attempted_at
      left join public.study_events as e on e.user_id = a.user_id and e.event_id = a.event_id and e.created_at = a.attempted_at
          and e.event_type = 'question_attempt' and e.topic_id = a.topic_id and e.question_id = a.question_id
      where a.user_id <> ${demoLearner} and a.attempted_at not between now() - interval '2 years 2 days' and now() - interval '2 years' + interval '1 day'`;
    assert.deepEqual({ ...wrong }, { without_session: 0, wrong_event: 0, has_events: true, in_default: 0 });
    const [sessions] = await sql`
      select count(*)::integer as wrong
      from (select o.* from public.study_sessions as o where o.user_id <> ${demoLearner}) as s
      full join (
          select b.session_id, count(*) as answers, count(*) filter (where b.is_correct) as correct
          from public.question_attempts as b
          where b.user_id <> ${demoLearner}
          group by b.session_id
      ) as a on a.session_id = s.session_id
      where (s.questions_attempted, s.questions_correct, s.events_count) is distinct from (a.answers, a.correct, a.answers)`;
    assert.equal(sessions?.["wrong"], 0);
  }));

Deno.test("the demo member is the learner with the most recent answers, of those with two topics and two wrong answers", async () => {
  const [busiest] = await inDuckdb((duckdb) =>
    duckdb.rows(`
      select id_student::varchar as id_student, count(*)::varchar as answers
      from answer
      group by id_student
      having count(distinct topic) >= 2 and count(*) filter (where not is_correct) >= 2
      order by count(*) filter (where submitted_on > date '2015-06-03' - 90) desc, count(*) desc, answer.id_student
      limit 1`)
  );
  assert.equal(busiest?.["id_student"], BUSY_LEARNER);
  await withOulad(async (sql) => {
    const [member] = await sql`
      select count(*)::text as answers from public.question_attempts where user_id = ${demoUsers.member}`;
    assert.equal(member?.["answers"], busiest?.["answers"]);
  });
});

function importStudy(databaseUrl: string): Promise<string[]> {
  const report: string[] = [];
  return importOuladInto({
    databaseUrl,
    folder: SAMPLE_FOLDER,
    packs: ["study"],
    answers: MORE,
    report: (line) => report.push(line),
  }).then(() => report);
}

Deno.test("importing more after a first start adds what is missing, then restores what was changed, and nothing else", () =>
  withCopyOf("sample", (databaseUrl) =>
    withOulad(async (sql) => {
      // As if the first import had been ten days ago.
      await sql`update public.question_attempts set attempted_at = attempted_at - interval '10 days'`;
      await sql`
        update public.study_sessions
        set started_at = started_at - interval '10 days', last_event_at = last_event_at - interval '10 days'`;
      const [erased] = await sql`
        select a.user_id, count(*)::integer as answers from public.question_attempts as a
        where a.user_id like 'oulad-%' group by a.user_id order by a.user_id limit 1`;
      await sql`select public.forget_user(${erased?.["user_id"]})`;
      await importStudy(databaseUrl);

      const expected = await inDuckdb((duckdb) =>
        duckdb.rows(TOPICS(`(from more_answer where 'oulad-' || id_student <> '${erased?.["user_id"]}')`))
      );
      assert.deepEqual(rowDifferences({ actual: await topicsOf(sql), expected, key: ["topic"] }), []);
      const [last] = await sql`
        select (now() at time zone 'UTC')::date - (max(attempted_at) at time zone 'UTC')::date as days
        from public.question_attempts where user_id <> ${demoLearner}`;
      assert.equal(last?.["days"], 11);
      const [member] = await sql`
        select count(*)::integer as answers from public.question_attempts where user_id = ${demoUsers.member}`;
      assert.equal(member?.["answers"], 21, "whose history it is stays as it was");

      await sql`
        update public.question_attempts set is_correct = not is_correct
        where (user_id, event_id) in (
            select user_id, event_id from public.question_attempts
            where user_id <> ${demoLearner} order by event_id limit 3
        )`;
      await sql`
        delete from public.question_attempts
        where (user_id, event_id) in (
            select user_id, event_id from public.question_attempts
            where user_id <> ${demoLearner} order by event_id desc limit 2
        )`;
      const answers = expected.reduce((sum, { answers }) => sum + Number(answers), 0);
      assert.ok(
        answers > ANSWERS_AT_FIRST && (MORE < 173_648 || answers === 173_648 - erased?.["answers"]),
        `${answers}`,
      );
      assert.match(
        (await importStudy(databaseUrl)).at(-1) ?? "",
        new RegExp(
          `^Study pack: topics: 22 \\(unchanged\\); sessions: [0-9,]+ \\(unchanged\\); ` +
            `answers: ${answers.toLocaleString("en")} \\(5 written\\); events: [0-9,]+ \\(unchanged\\)$`,
        ),
      );
      assert.deepEqual(rowDifferences({ actual: await topicsOf(sql), expected, key: ["topic"] }), []);
    }, databaseUrl)));
