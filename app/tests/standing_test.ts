import { deepEqual, equal, match } from "node:assert/strict";
import { nextState, pauseOf, type ResourceState, UNASKED } from "../api/resource_state.ts";
import { failureFor } from "../api/use_resource.ts";
import { ageOf, type AnyAnswer, notesOf, standingOf } from "../cards/standing.ts";
import type { Failure, FailureCode } from "../../shared/client/mod.ts";

const WORDS = { empty: "nothing yet" };
const hasNoRows = ({ data }: AnyAnswer) => Array.isArray(data) && data.length === 0;

function answer(rows: number, more: { readonly meta?: object; readonly objective?: number } = {}): AnyAnswer {
  return {
    data: Array<number>(rows).fill(1),
    meta: { as_of: "2026-11-30T10:00:00Z", row_count: rows, ...more.meta },
    freshness: {
      age_seconds: 30,
      is_stale: more.objective !== undefined,
      objective_seconds: more.objective ?? null,
    },
  };
}

function failure(status: number, code: FailureCode): Failure {
  const rest = { errors: [], retry_after_seconds: null, staleness: null, request_id: "r1" };
  return { status, code, detail: "what to do.", ...rest };
}

function after(...events: Parameters<typeof nextState<AnyAnswer>>[1][]): ResourceState<AnyAnswer> {
  return events.reduce(nextState<AnyAnswer>, UNASKED);
}

const kindOf = (state: ResourceState<AnyAnswer>, is_online = true) =>
  standingOf(state, hasNoRows, WORDS, is_online).kind;
const notes = (state: ResourceState<AnyAnswer>, is_online = true) => notesOf(state, 30, is_online);
const answered = (rows: number, more = {}) => ({ kind: "answered", answer: answer(rows, more), at: 1_000 }) as const;
const failed = (status: number, code: FailureCode) => ({ kind: "failed", failure: failure(status, code) }) as const;

Deno.test("a card that waits for its first answer shows its skeleton", () => {
  equal(kindOf(after({ kind: "asked" })), "loading");
});

Deno.test("an answer without rows says why, in the card's own words", () => {
  deepEqual(standingOf(after(answered(0)), hasNoRows, WORDS, true), { kind: "empty", text: "nothing yet" });
});

Deno.test("rows that are too few say so in place of a figure", () => {
  const words = { ...WORDS, too_few: "three of five scores" };
  deepEqual(standingOf(after(answered(3)), hasNoRows, words, true), { kind: "too_few", text: "three of five scores" });
});

Deno.test("an outage keeps the last known rows, and says that they are", () => {
  const state = after(answered(2), failed(503, "SOURCE_UNAVAILABLE"));
  equal(kindOf(state), "rows");
  deepEqual(notes(state).map(({ kind }) => kind), ["last_known"]);
});

Deno.test("an outage before the first answer names the request", () => {
  const standing = standingOf(after(failed(503, "SOURCE_UNAVAILABLE")), hasNoRows, WORDS, true);
  equal(standing.kind, "outage");
  match(JSON.stringify(standing), /request r1/);
});

Deno.test("a caller who was refused sees nothing of what was readable before", () => {
  const state = after(answered(2), failed(403, "FORBIDDEN"));
  equal(state.answer, null);
  equal(kindOf(state), "refused");
  deepEqual(notes(state), []);
});

Deno.test("a device without a network is offline, which is no fault of the API", () => {
  equal(kindOf(after(failed(0, "UNREACHABLE")), false), "offline");
  match(notes(after(answered(1), failed(0, "UNREACHABLE")), false)[0]?.text ?? "", /^This device is offline/);
});

Deno.test("stale rows are shown with their age and the objective that they miss", () => {
  deepEqual(notes(after(answered(1, { objective: 20 }))), [
    { kind: "stale", text: "30 s old; the objective is 20 s. The audit reports this by itself." },
  ]);
  match(
    notes(after(answered(1, { objective: 600 })))[0]?.text ?? "",
    /^30 s old; the objective is 10 min, and the database does not answer\./,
  );
});

Deno.test("rows that are not all say how many there are, and withheld rows are counted", () => {
  const meta = { row_count: 50, is_truncated: true, total_count: 1204, withheld_count: 1 };
  const texts = notes(after(answered(50, { meta }))).map(({ text }) => text);
  match(texts[0] ?? "", /^50 of 1.204 rows are shown\.$/);
  match(texts[1] ?? "", /^1 row rest/);
  const [uncounted] = notes(after(answered(50, { meta: { row_count: 50, is_truncated: true } })));
  equal(uncounted?.text, "The first 50 rows are shown; there are more.");
  const [page] = notes(after(answered(50, { meta: { row_count: 50, next_cursor: "MQ", total_count: 1204 } })));
  match(page?.text ?? "", /^50 of 1.204 rows are shown\.$/);
  deepEqual(notes(after(answered(50, { meta: { row_count: 50, next_cursor: null } }))), []);
});

Deno.test("another question begins without the rows of the one before", () => {
  equal(after(answered(2), { kind: "question" }).answer, null);
});

Deno.test("the age grows while the page is open", () => {
  equal(ageOf(after(answered(1)), 61_000), 90);
});

Deno.test("a page asks again at its own pace, after an outage when the API says, and after a refusal never", () => {
  equal(pauseOf(after(answered(1)), 60), 60_000);
  equal(pauseOf(after(failed(503, "SOURCE_UNAVAILABLE")), 60), 15_000);
  equal(pauseOf(after(failed(403, "FORBIDDEN")), 60), null);
});

Deno.test("an API that was asked too often does answer, and the card says what it says", () => {
  const standing = standingOf(after(failed(429, "RATE_LIMITED")), hasNoRows, WORDS, true);
  match(JSON.stringify(standing), /The API was asked too often \(request r1\)/);
  match(notes(after(answered(1), failed(429, "RATE_LIMITED")))[0]?.text ?? "", /^The API was asked too often\./);
});

Deno.test("a page that is told to come back in years does so in an hour: a longer timer would run at once", () => {
  const told = { ...failure(503, "SOURCE_UNAVAILABLE"), retry_after_seconds: 99_999_999 };
  equal(pauseOf(after({ kind: "failed", failure: told }), 60), 3_600_000);
});

Deno.test("what is thrown by a token or by an answer of another shape is an outage, after which the page asks again", () => {
  const heard: unknown[] = [];
  const told = globalThis.reportError;
  globalThis.reportError = (error) => heard.push(error);
  try {
    const thrown = new TypeError("rows is not iterable");
    const found = failureFor(thrown);
    equal(kindOf(after({ kind: "failed", failure: found })), "outage");
    equal(pauseOf(after({ kind: "failed", failure: found }), 60), 15_000);
    deepEqual(heard, [thrown]);
  } finally {
    globalThis.reportError = told;
  }
});
