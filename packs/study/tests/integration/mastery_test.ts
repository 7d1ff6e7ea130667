// Reviews and mastery are a function of the log: whatever arrives, in whatever order, they are what the rules make of all
// answers, computed here by a model that knows nothing of the database's way.
import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { forgetting_curve } from "ts-fsrs";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";
import { type Answer, type Mastery, masteryOf, type Reading, reviewsOf, sm2 } from "../support/mastery_model.ts";
import {
  answer,
  correctAnswer,
  foldAll,
  materials,
  nowOf,
  plantCurriculum,
  reading,
  removeAnswer,
  storedMastery,
  storedReviews,
  undone,
  writeAnswers,
  writeReading,
} from "../support/mastery_world.ts";

/** The database rounds to six decimals. */
const HALF_A_DIGIT = 5.1e-7;

function assertClose(found: readonly Mastery[], expected: readonly Mastery[]): void {
  const named = (rows: readonly Mastery[]) => rows.map(({ user_id, topic_id }) => `${user_id} ${topic_id}`);
  deepEqual(named(found), named(expected));
  for (const [n, row] of expected.entries()) {
    for (const [term, value] of Object.entries(row)) {
      if (typeof value !== "number") continue;
      const stored = Number(Object.entries(found[n] ?? {}).find(([name]) => name === term)?.[1]);
      ok(Math.abs(stored - value) < HALF_A_DIGIT, `${term} of ${row.topic_id} is ${stored}, by the model ${value}`);
      ok(stored >= 0 && stored <= 1, `${term} is ${stored}`);
    }
  }
}

type Step =
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  | { readonly kind: "correction" | "removal"; readonly answer: Answer }
  | { readonly kind: "reading"; readonly reading: Reading }
  | { readonly kind: "fold"; readonly users: number; readonly changes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("answers" as const),
      answers: fc.array(answer, { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("correction" as const, "removal" as const), answer }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reading" as const), reading }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fold" as const),
      users: fc.integer({ min: 1, max: 2 }),
      changes: fc.integer({ min: 1, max: 9 }),
    }),
  },
);

/** What the log holds, by user and event: the first of two answers with one id counts. */
class Log {
  readonly answers = new Map<string, Answer>();
  readonly readings = new Map<string, Reading>();

  async write(sql: postgres.ISql, step: Step): Promise<void> {
    if (step.kind === "answers") {
      for (const answer of step.answers) {
        const key = keyOf(answer);
        if (!this.answers.has(key)) this.answers.set(key, answer);
      }
      await writeAnswers(sql, step.answers);
    } else if (step.kind === "reading") {
      const key = `${step.reading.user_id} ${step.reading.material_id}`;
      const before = this.readings.get(key)?.progress_rate ?? 0;
      this.readings.set(key, { ...step.reading, progress_rate: Math.max(before, step.reading.progress_rate) });
      await writeReading(sql, step.reading);
    } else if (step.kind === "fold") {
      await sql`select freshet.fold_study_changes(user_limit => ${step.users}, change_limit => ${step.changes})`;
    } else if (step.kind === "removal") {
      this.answers.delete(keyOf(step.answer));
      await removeAnswer(sql, step.answer);
    } else {
      if (this.answers.has(keyOf(step.answer))) this.answers.set(keyOf(step.answer), step.answer);
      await correctAnswer(sql, step.answer);
    }
  }
}

function keyOf({ user_id, event_id }: Answer): string {
  return `${user_id} ${event_id}`;
}

Deno.test("reviews and mastery are recomputations from the whole log, in whatever order it arrived", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), (plan) =>
        undone(sql, async (transaction) => {
          await plantCurriculum(transaction);
          const log = new Log();
          for (const next of plan) await log.write(transaction, next);
          await foldAll(transaction, 1, 5);

          const answers = [...log.answers.values()];
          deepEqual(await storedReviews(transaction), reviewsOf(answers));
          const expected = masteryOf(answers, [...log.readings.values()], materials, await nowOf(transaction));
          assertClose(await storedMastery(transaction), expected);
          seen += expected.length;
        })),
      { numRuns: proofs(60, 1_000) },
    );
    ok(seen > 60, `the plans left ${seen} rows to compare`);
  }));

const DAY = 86_400_000;

/** A correct answer some time after the last one to the same question. */
const further = fc.record({
  chosen: fc.nat(),
  after: fc.constantFrom(1000, 3_600_000, DAY, 6 * DAY, 400 * DAY),
  is_hint_used: fc.boolean(),
  time_to_answer_seconds: fc.constantFrom(null, 5, 30, 90),
});

Deno.test("a further correct answer to a question already answered never lowers mastery at any later moment", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 25 }),
        further,
        (drawn, { chosen, after, ...how }) =>
          undone(sql, async (transaction) => {
            await plantCurriculum(transaction);
            const history = [...new Map(drawn.map((one) => [one.event_id, { ...one, user_id: "mastery-u" }])).values()];
            const reviews = reviewsOf(history);
            const review = reviews[chosen % reviews.length];
            ok(review !== undefined);
            const { question_id, topic_id } = review;
            const at = review.last_answered_at + after;
            const event_id = "00000000-0000-0000-00ff-000000000000";
            const more: Answer = {
              ...how,
              event_id,
              user_id: "mastery-v",
              question_id,
              topic_id,
              is_correct: true,
              at,
            };
            // Two users with one history, of whom one answers once more.
            await writeAnswers(transaction, [
              ...history,
              ...history.map((one) => ({ ...one, user_id: "mastery-v" })),
              more,
            ]);
            await foldAll(transaction, 10, 1000);
            const newest = Math.max(at, ...history.map((one) => one.at));
            for (const days of [0, 0.1, 1, 7, 100, 3000]) {
              const moment = new Date(newest + days * DAY);
              await transaction`
              select freshet.recompute_topic_mastery(array['mastery-u', 'mastery-v'], calculated_at => ${moment})`;
              const rows = (await storedMastery(transaction)).filter((row) => row.topic_id === topic_id);
              const [without, withMore] = rows.map((row) => row.mastery_score);
              ok(without !== undefined && withMore !== undefined);
              ok(withMore >= without, `${days} days later mastery is ${withMore} with the answer, ${without} without`);
            }
          }),
      ),
      { numRuns: proofs(40, 1_000) },
    );
  }));

Deno.test("SM-2 of any qualities is what exact integers make of them", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    const history = fc.oneof(
      fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 3, max: 5 }), { minLength: 1, maxLength: 30 }),
    );
    const histories = fc.sample(history, proofs(300, 20_000));
    const rows = await sql`
      select (s.easiness_factor * 100)::float8 as hundredths, s.repetition, s.interval_days as interval
      from jsonb_array_elements(${JSON.stringify(histories)}::text::jsonb) with ordinality as h (qualities, n)
      cross join lateral freshet.sm2(array(select q::integer from jsonb_array_elements_text(h.qualities) as q)) as s
      order by h.n`;
    deepEqual(rows.map((row) => ({ ...row })), histories.map(sm2));
    ok(rows.some((row) => row["interval"] === 36_500), "no history reached the longest interval");
  }));

Deno.test("the forgetting curve is that of ts-fsrs with the decay of FSRS-4.5", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    const days = fc.oneof(fc.double({ min: 0, max: 40_000, noNaN: true }), fc.nat({ max: 400 }));
    const pairs = fc.sample(fc.tuple(days, fc.integer({ min: 1, max: 36_500 })), proofs(500, 20_000));
    const rows = await sql`
      select freshet.retrieval_strength((p.pair ->> 0)::numeric, (p.pair ->> 1)::numeric)::float8 as strength
      from jsonb_array_elements(${JSON.stringify(pairs)}::text::jsonb) with ordinality as p (pair, n)
      order by p.n`;
    for (const [n, [elapsed, stability]] of pairs.entries()) {
      // It rounds to eight decimals, its factor too.
      const reference = forgetting_curve(0.5, elapsed, stability);
      const strength = Number(rows[n]?.["strength"]);
      ok(Math.abs(strength - reference) < 3e-8, `R(${elapsed}, ${stability}) is ${strength}, by ts-fsrs ${reference}`);
    }
  }));
