// Events are tracked in any order, late and twice, and the jobs run at any point between them. After the next batch the
// figures are those of a model that knows nothing of order and jobs.
import { deepEqual, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type postgres from "postgres";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import {
  type Curriculum,
  dailyFigures,
  dayOf,
  type Figures,
  gapFigures,
  type LoggedEvent,
  rollingFigures,
  topicFigures,
} from "../support/nightly_model.ts";

const DAY = 86_400_000;
const TOPICS = 5;
const JOBS = ["none", "fold", "batch"] as const;

function uuidOf(text: string): string {
  return createHash("md5").update(text).digest("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const topicIds = Array.from({ length: TOPICS }, (_, n) => uuidOf(`nightly topic ${n}`)).sort();
const materialId = uuidOf("nightly material");

const drawnEvent = fc.record({
  user: fc.constantFrom("nightly-1", "nightly-2"),
  session: fc.constantFrom("s1", "s2", "s3"),
  type: fc.oneof(
    { weight: 3, arbitrary: fc.constant("question_attempt") },
    fc.constantFrom("session_start", "session_end", "material_open", "review_start"),
  ),
  // Mostly within the windows and at their ends; -1 is today.
  days_ago: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 }) },
    fc.constantFrom(-1, 6, 7, 13, 14, 29, 30, 31),
  ),
  clock: fc.constantFrom(0, 1, 43_200_000, 86_340_000, 86_399_999),
  topic: fc.nat(TOPICS - 1),
  question: fc.nat(3),
  is_correct: fc.boolean(),
  seconds: fc.option(fc.nat(90)),
  arrival: fc.nat(1000),
  second_arrival: fc.option(fc.nat(1000)),
});

const plan = fc.record({
  events: fc.array(drawnEvent, { minLength: 1, maxLength: 25 }),
  jobs: fc.array(fc.constantFrom(...JOBS), { maxLength: 6 }),
  prerequisites: fc.uniqueArray(fc.tuple(fc.nat(TOPICS - 1), fc.nat(TOPICS - 1)), { maxLength: 8, selector: String }),
  weights: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: TOPICS, maxLength: TOPICS }),
});
type DrawnEvent = typeof drawnEvent extends fc.Arbitrary<infer Drawn> ? Drawn : never;
type Plan = typeof plan extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** As a client reports it. Today's are at midnight: later ones might not have happened yet. */
function reported(event: DrawnEvent, n: number, closed: number): Record<string, unknown> {
  const answers = event.type === "question_attempt"
    ? {
      topic_id: topicIds[event.topic],
      question_id: uuidOf(`nightly question ${event.topic} ${event.question}`),
      selected_answer: event.is_correct ? "A" : "B",
      correct_answer: "A",
      ...(event.seconds === null ? {} : { time_to_answer_seconds: event.seconds }),
    }
    : {};
  return {
    event_id: uuidOf(`nightly event ${n}`),
    event_type: event.type,
    session_id: event.session,
    created_at: new Date(moment(event, closed)).toISOString(),
    ...(event.type === "material_open" ? { material_id: materialId } : {}),
    ...answers,
  };
}

function moment(event: DrawnEvent, closed: number): number {
  return (closed - event.days_ago) * DAY + (event.days_ago < 0 ? 0 : event.clock);
}

async function track(sql: postgres.TransactionSql, user: string, events: Record<string, unknown>[]): Promise<number> {
  await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user, role: "authenticated" })}, true)`;
  const [row] = await sql`select public.track_batch(${
    sql.json(events as postgres.JSONValue)
  }) ->> 'rejected' as rejected`;
  return Number(row?.["rejected"]);
}

async function runJob(sql: postgres.TransactionSql, job: typeof JOBS[number]): Promise<void> {
  if (job === "none") return;
  if (job === "fold") return void await sql`select freshet.fold_study_changes()`;
  // As in the night: what is waiting is folded, then all users are taken, two at a time.
  await sql`delete from analytics.study_batches`;
  await sql`select freshet.begin_study_batch()`;
  await sql`select freshet.fold_study_changes()`;
  for (let isLeft = true; isLeft;) {
    const [row] = await sql`select freshet.continue_study_batch(2) as is_left`;
    isLeft = row?.["is_left"] === true;
  }
  const [batch] = await sql`select error, failed_count from analytics.study_batches`;
  deepEqual({ ...batch }, { error: null, failed_count: 0 });
}

/** Sends the events in the order of their arrival, five at a time, with a job after each five. */
async function deliver(sql: postgres.TransactionSql, { events, jobs }: Plan, closed: number): Promise<void> {
  const arrivals = events.flatMap((event, n) =>
    [event.arrival, event.second_arrival].flatMap((at) => at === null ? [] : [{ at, event, n }])
  ).sort((left, right) => left.at - right.at || left.n - right.n);
  for (let from = 0, turn = 0; from < arrivals.length; from += 5, turn += 1) {
    const chunk = arrivals.slice(from, from + 5);
    for (const user of new Set(chunk.map(({ event }) => event.user))) {
      const of = chunk.filter(({ event }) => event.user === user);
      deepEqual(await track(sql, user, of.map(({ event, n }) => reported(event, n, closed))), 0);
    }
    await runJob(sql, jobs[turn % Math.max(jobs.length, 1)] ?? "none");
  }
  await runJob(sql, "batch");
}

async function figures(sql: postgres.TransactionSql, query: string): Promise<Figures> {
  const rows = await sql.unsafe(query).values();
  return new Map(rows.map(([key, ...values]) => [
    String(key),
    values.map((value) => typeof value === "string" && /^-?[\d.]+$/.test(value) ? Number(value) : value),
  ]));
}

function equalFigures(found: Figures, expected: Figures, what: string): void {
  deepEqual([...found.keys()].sort(), [...expected.keys()].sort(), `the rows of ${what}`);
  for (const [key, values] of found) {
    const wanted = expected.get(key) ?? [];
    const alike = values.length === wanted.length && values.every((value, n) => {
      const other = wanted[n];
      return typeof value === "number" && typeof other === "number" ? Math.abs(value - other) < 1e-6 : value === other;
    });
    ok(alike, `${what} of ${key}: ${JSON.stringify(values)}, expected ${JSON.stringify(wanted)}`);
  }
}

async function compare(sql: postgres.TransactionSql, log: LoggedEvent[], curriculum: Curriculum, closed: number) {
  equalFigures(
    await figures(
      sql,
      `select user_id || ' ' || stat_date, events_count, sessions_count, study_seconds, questions_attempted,
         questions_correct, accuracy_rate, avg_time_to_answer_seconds, materials_viewed, topics_count
       from analytics.daily_user_stats`,
    ),
    dailyFigures(log, closed),
    "daily_user_stats",
  );
  equalFigures(
    await figures(
      sql,
      `select user_id || ' ' || topic_id || ' ' || stat_date, questions_attempted, questions_correct, accuracy_rate,
         avg_time_to_answer_seconds
       from analytics.topic_daily_stats`,
    ),
    topicFigures(log, closed),
    "topic_daily_stats",
  );
  const mastery = new Map<string, Map<string, number>>();
  for (const row of await sql`select user_id, topic_id, mastery_score from analytics.topic_mastery`) {
    const user = String(row["user_id"]);
    mastery.set(user, (mastery.get(user) ?? new Map()).set(String(row["topic_id"]), Number(row["mastery_score"])));
  }
  equalFigures(
    await figures(
      sql,
      `select user_id, as_of_date::text, questions_attempted_7d, questions_attempted_30d, accuracy_rate_7d,
         accuracy_rate_30d, study_seconds_7d, study_seconds_30d, sessions_count_30d, active_days_30d, current_streak_days,
         avg_mastery_score, topics_started_count, topics_mastered_count, last_active_on::text
       from analytics.user_learning_metrics`,
    ),
    rollingFigures(log, mastery, closed),
    "user_learning_metrics",
  );
  equalFigures(
    await figures(
      sql,
      `select user_id || ' ' || topic_id, priority_score, gap_score, board_exam_weight, prerequisite_impact,
         recent_failure_rate
       from analytics.knowledge_gaps`,
    ),
    gapFigures(log, mastery, curriculum, closed),
    "knowledge_gaps",
  );
}

Deno.test("the nightly figures are those of the log, in whatever order events arrive, late and twice, and whenever the jobs run", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    const seen = { late: 0, streaks: 0 };
    await fc.assert(
      fc.asyncProperty(plan, async (drawn) => {
        const undone = new Error("rolled back on purpose");
        await sql.begin(async (transaction) => {
          const [row] = await transaction`select ((now() at time zone 'UTC')::date - 1)::text as closed`;
          const closed = dayOf(Date.parse(String(row?.["closed"])));
          await transaction`
            insert into public.topics (id, name, board_exam_weight)
            select t.id, t.id::text, t.weight / 2.0
            from unnest(${topicIds}::uuid[], ${drawn.weights}::integer[]) as t (id, weight)`;
          await transaction`
            insert into public.study_materials (id, topic_id, title) values (${materialId}, ${
            topicIds[0] ?? ""
          }, 'Text')`;
          const prerequisites = drawn.prerequisites.map(([later, earlier]) =>
            [topicIds[later] ?? "", topicIds[earlier] ?? ""] as const
          );
          for (const [later, earlier] of prerequisites) {
            await transaction`insert into public.topic_prerequisites values (${later}, ${earlier})`;
          }
          await deliver(transaction, drawn, closed);
          const log = drawn.events.map((event): LoggedEvent => ({
            user: event.user,
            session: event.session,
            type: event.type,
            at: moment(event, closed),
            topic: event.type === "question_attempt" ? topicIds[event.topic] ?? null : null,
            is_correct: event.is_correct,
            seconds: event.seconds,
          }));
          const weights = new Map(topicIds.map((id, n) => [id, (drawn.weights[n] ?? 0) / 2]));
          await compare(transaction, log, { weights, prerequisites }, closed);
          seen.late += drawn.jobs.filter((job) => job === "batch").length;
          const [streak] =
            await transaction`select max(current_streak_days) as days from analytics.user_learning_metrics`;
          if (Number(streak?.["days"]) > 1) seen.streaks += 1;
          throw undone;
        }).catch((error: unknown) => {
          if (error !== undone) throw error;
        });
      }),
      { numRuns: proofs(60, 500) },
    );
    ok(seen.late > 5 && seen.streaks > 0, `too little was tried: ${JSON.stringify(seen)}`);
  }));
