import { ok } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import type { Answer, Mastery, Material, Reading, Review } from "./mastery_model.ts";

function uuid(kind: string, n: number): string {
  return `00000000-0000-0000-${kind}-${String(n).padStart(12, "0")}`;
}

export const topicIds = [1, 2, 3].map((n) => uuid("0000", n));
const questionIds = [1, 2, 3, 4].map((n) => uuid("00aa", n));
const userIds = ["mastery-u", "mastery-v"];

/** Two in the first topic, one in the second, none in the third. */
export const materials: readonly Material[] = [0, 0, 1].map((topic, n) => ({
  material_id: uuid("00bb", n),
  topic_id: topicIds[topic] ?? "",
}));

/** Around midnight, on days that are near and far apart, often the same moment twice. */
const moment = fc.record({
  day: fc.constantFrom(0, 1, 1, 2, 2, 3, 9, 10, 50, 200),
  second: fc.constantFrom(0, 0, 1, 40_000, 40_001, 86_399),
}).map(({ day, second }) => Date.UTC(2026, 0, 1 + day) + second * 1000);

/** An answer with the n-th event id; a few ids, so that some arrive twice. */
export const answer: fc.Arbitrary<Answer> = fc.record({
  event_id: fc.nat({ max: 60 }).map((n) => uuid("00ee", n)),
  user_id: fc.constantFrom(...userIds),
  question_id: fc.constantFrom(...questionIds),
  topic_id: fc.constantFrom(...topicIds.slice(0, 1), ...topicIds),
  is_correct: fc.constantFrom(true, true, false),
  is_hint_used: fc.constantFrom(false, false, true),
  time_to_answer_seconds: fc.constantFrom(null, 0, 9.5, 10, 10.25, 60, 60.5, 86_400),
  at: moment,
});

export const reading: fc.Arbitrary<Reading> = fc.record({
  user_id: fc.constantFrom(...userIds),
  material_id: fc.constantFrom(...materials.map(({ material_id }) => material_id)),
  progress_rate: fc.constantFrom(0, 0.25, 0.333, 1),
});

/** Topics and materials; with `postgres` in a transaction, so that all is undone. */
export async function plantCurriculum(sql: postgres.ISql): Promise<void> {
  await sql`insert into public.topics (id, name) select unnest(${topicIds}::uuid[]), 'topic'`;
  await sql`
    insert into public.study_materials (id, topic_id, title)
    select m.material_id, m.topic_id, 'material'
    from jsonb_to_recordset(${JSON.stringify(materials)}::text::jsonb) as m (material_id uuid, topic_id uuid)`;
}

/** Also removes all answers and readings of its topics. */
export async function removeCurriculum(sql: postgres.ISql): Promise<void> {
  await sql`delete from public.topics where id = any (${topicIds}::uuid[])`;
}

const SENT = `
  jsonb_to_recordset($1::text::jsonb) as a (
    event_id uuid, user_id text, question_id uuid, topic_id uuid, is_correct boolean, is_hint_used boolean,
    time_to_answer_seconds numeric, at double precision
  )`;

/** Inserts what was not inserted before, in one statement, as the tracker does. */
export async function writeAnswers(sql: postgres.ISql, answers: readonly Answer[]): Promise<void> {
  await sql.unsafe(
    `insert into public.question_attempts (
       event_id, user_id, question_id, topic_id, is_correct, is_hint_used, time_to_answer_seconds, attempted_at
     )
     select a.event_id, a.user_id, a.question_id, a.topic_id, a.is_correct, a.is_hint_used, a.time_to_answer_seconds,
       to_timestamp(a.at / 1000)
     from ${SENT}
     on conflict do nothing`,
    [JSON.stringify(answers)],
  );
}

/** Replaces the answer with this id, if there is one. */
export async function correctAnswer(sql: postgres.ISql, answer: Answer): Promise<void> {
  await sql.unsafe(
    `update public.question_attempts as t
     set question_id = a.question_id, topic_id = a.topic_id, is_correct = a.is_correct, is_hint_used = a.is_hint_used,
       time_to_answer_seconds = a.time_to_answer_seconds, attempted_at = to_timestamp(a.at / 1000)
     from ${SENT}
     where t.user_id = a.user_id and t.event_id = a.event_id`,
    [JSON.stringify([answer])],
  );
}

export async function removeAnswer(sql: postgres.ISql, { user_id, event_id }: Answer): Promise<void> {
  await sql`delete from public.question_attempts where user_id = ${user_id} and event_id = ${event_id}`;
}

export async function writeReading(
  sql: postgres.ISql,
  { user_id, material_id, progress_rate }: Reading,
): Promise<void> {
  await sql`
    insert into public.material_interactions as i (material_id, user_id, progress_rate, first_at, last_at)
    values (${material_id}, ${user_id}, ${progress_rate}, now(), now())
    on conflict on constraint ix_material_interactions_material_user
    do update set progress_rate = greatest(i.progress_rate, excluded.progress_rate)`;
}

/** Folds until nothing is left, in steps of this size; a failure is an error. */
export async function foldAll(sql: postgres.ISql, users: number, changes: number): Promise<void> {
  for (;;) {
    const [step] = await sql`
      select changes_count, failed_count from freshet.fold_study_changes(user_limit => ${users}, change_limit => ${changes})`;
    ok(step?.["failed_count"] === 0, `${step?.["failed_count"]} users failed`);
    if (step["changes_count"] === 0) return;
  }
}

export async function storedReviews(sql: postgres.ISql): Promise<Review[]> {
  const rows = await sql<Review[]>`
    select user_id, question_id, topic_id, attempts_count, correct_count, is_first_correct,
      easiness_factor::float8 as easiness_factor, repetition, interval_days,
      (extract(epoch from reviewed_at) * 1000)::float8 as reviewed_at,
      (extract(epoch from last_answered_at) * 1000)::float8 as last_answered_at, due_on::text as due_on
    from analytics.question_reviews
    where user_id = any (${userIds})
    order by user_id collate "C", question_id`;
  return [...rows];
}

export async function storedMastery(sql: postgres.ISql, users: readonly string[] = userIds): Promise<Mastery[]> {
  const rows = await sql<Mastery[]>`
    select user_id, topic_id, mastery_score::float8 as mastery_score,
      first_attempt_accuracy::float8 as first_attempt_accuracy, overall_accuracy::float8 as overall_accuracy,
      retrieval_strength::float8 as retrieval_strength, material_completion::float8 as material_completion
    from analytics.topic_mastery
    where user_id = any (${[...users]})
    order by user_id collate "C", topic_id`;
  return [...rows];
}

/** The transaction's now(), in milliseconds. */
export async function nowOf(sql: postgres.ISql): Promise<number> {
  const [row] = await sql`select (extract(epoch from now()) * 1000)::float8 as now`;
  return Number(row?.["now"]);
}

/** Runs a body in a transaction that is always rolled back: nothing of it is seen by the jobs. */
export async function undone(
  sql: postgres.Sql,
  body: (transaction: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  const enough = new Error("rolled back on purpose");
  await sql.begin(async (transaction) => {
    await body(transaction);
    throw enough;
  }).catch((error: unknown) => {
    if (error !== enough) throw error;
  });
}
