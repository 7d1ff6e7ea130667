import assert from "node:assert/strict";
import { FreshetError } from "../../../shared/client/mod.ts";
import { activeLearningDays } from "../../support/sample_pack/active_learning_days.ts";
import { id, laneRow } from "../../support/fixtures/sample_rows.ts";
import { createClientRig, createSampleFreshet, PROJECT } from "../../support/rigs/client_rig.ts";
import { FakeRefreshes } from "../../support/fakes/refreshes.ts";
import { settle } from "../../support/fakes/clock.ts";
import { UNLIMITED } from "../../support/rigs/http_rig.ts";
import { sampleRow } from "../../support/fixtures/sample_values.ts";
import { KEYS, mintToken } from "../../support/fixtures/tokens.ts";

const LANES = { challenge_id: id(1) };

async function failureOf(read: Promise<unknown>): Promise<FreshetError> {
  const error = await read.then(() => null, (thrown) => thrown);
  assert.ok(error instanceof FreshetError, String(error));
  return error;
}

Deno.test("a method answers with rows, what they rest on, and how old they are", async () => {
  const { freshet, http } = createClientRig();
  http.clock.advance(12_000);
  const { data, meta, freshness, request_id } = await freshet.sample.laneDistributions(LANES);
  assert.deepEqual(data, [{ ...laneRow(), last_submission_at: "2026-11-20T09:59:00.123456Z" }]);
  assert.deepEqual([meta.resource, meta.version, meta.row_count], ["sample/lane-distributions", 1, 1]);
  assert.equal(freshness.age_seconds, 12);
  assert.deepEqual([freshness.is_stale, freshness.objective_seconds, freshness.is_unchanged], [false, null, false]);
  assert.match(freshness.cache_status ?? "", /^Freshet; fwd=uri-miss/);
  assert.match(request_id ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("numbers, flags and days are written into the query, and what is undefined is left out", async () => {
  const { freshet, asked } = createClientRig({ key: KEYS.secret });
  await freshet.get("sample/active-learning-days", { active_from: "2026-01-31", limit: 7, user_id: undefined });
  assert.equal(new URL(asked[0]?.url ?? "").search, "?active_from=2026-01-31&limit=7");
});

Deno.test("the same question again costs a 304, and gives the very same objects", async () => {
  const { freshet, asked, http } = createClientRig();
  const first = await freshet.sample.laneDistributions(LANES);
  http.clock.advance(3_000);
  const second = await freshet.sample.laneDistributions(LANES);
  assert.equal(asked[1]?.headers.get("if-none-match"), first.freshness.etag);
  assert.equal(second.freshness.is_unchanged, true);
  assert.equal(second.freshness.age_seconds, 3);
  assert.equal(second.data, first.data);
  assert.equal(http.source.reads, 1);
});

Deno.test("a refresh gives new rows to the same question", async () => {
  const { freshet, http } = createClientRig();
  await freshet.sample.laneDistributions(LANES);
  http.source.refresh("mv_lane_score_distribution", [laneRow({ p50: 72 })]);
  http.clock.advance(3_000);
  const { data, freshness } = await freshet.sample.laneDistributions(LANES);
  assert.deepEqual([data[0]?.p50, freshness.is_unchanged], [72, false]);
});

Deno.test("another person's rows are asked for each time, and are never kept", async () => {
  const { freshet, asked, http } = createClientRig({ key: KEYS.secret });
  http.source.refresh("study_days", [{ user_id: "anna", studied_on: "2026-11-20", sessions_count: 2 }]);
  for (let turn = 1; turn <= 2; turn += 1) {
    const { data, freshness } = await freshet.sample.studyDays({ user_id: "anna" });
    assert.deepEqual(data, [{ user_id: "anna", studied_on: "2026-11-20", sessions_count: 2 }]);
    assert.deepEqual([freshness.etag, freshness.is_unchanged], [null, false]);
    assert.equal(http.source.access_log.length, turn);
  }
  assert.deepEqual(asked.map(({ headers }) => headers.get("if-none-match")), [null, null]);
});

Deno.test("what one person was answered is never shown to the next", async () => {
  let subject = "anna";
  const { freshet } = createClientRig({ token: () => mintToken({ claims: { sub: subject } }) });
  const own = { agent_id: id(11), challenge_id: id(1) };
  assert.equal((await freshet.sample.progress(own)).data.length, 1);
  subject = "bela";
  assert.equal((await failureOf(freshet.sample.progress(own))).code, "FORBIDDEN");
});

Deno.test("no more answers are kept than asked for, those that were used last", async () => {
  const { freshet, asked } = createClientRig({ most_kept: 2 });
  const lanes = () => freshet.sample.laneDistributions(LANES);
  const wins = (challenge?: string) => freshet.sample.timeToFirstWin({ challenge_id: challenge });
  for (const read of [lanes, wins, lanes, () => wins(id(1)), lanes, wins]) await read();
  const confirmed = asked.map(({ headers }) => headers.has("if-none-match"));
  assert.deepEqual(confirmed, [false, false, true, false, true, false]);
});

Deno.test("an answer that is older than its objective says so", async () => {
  const { freshet, http } = createClientRig();
  http.clock.advance(1_201_000);
  const { freshness } = await freshet.sample.laneDistributions(LANES);
  assert.deepEqual([freshness.is_stale, freshness.age_seconds, freshness.objective_seconds], [true, 1_201, 1_200]);
});

/** Five days of one learner, and who reads them. */
function learnersRig() {
  const rig = createClientRig({ key: KEYS.secret });
  const rows = Array.from({ length: 5 }, (_, seed) => sampleRow(activeLearningDays, seed));
  rig.http.source.refresh("active_learning_days", rows);
  return { ...rig, days: rows.map((row) => row["active_on"]).reverse() };
}

Deno.test("rows() reads every row of every page once", async () => {
  const { freshet, asked, days } = learnersRig();
  const found: string[] = [];
  for await (const row of freshet.sample.activeLearningDays.rows({ limit: 2 })) found.push(row.active_on);
  assert.deepEqual(found, days);
  assert.equal(asked.length, 3);
});

Deno.test("pages() fetches a page when it is asked for, and none after a break", async () => {
  const { freshet, asked } = learnersRig();
  for await (const page of freshet.sample.activeLearningDays.pages({ limit: 2 })) {
    assert.equal(page.meta.row_count, 2);
    assert.ok(page.meta.next_cursor !== null);
    break;
  }
  assert.equal(asked.length, 1);
});

Deno.test("pages() begins at the cursor that it is given", async () => {
  const { freshet, days } = learnersRig();
  const first = await freshet.sample.activeLearningDays({ limit: 2 });
  const rest: string[] = [];
  const cursor = first.meta.next_cursor ?? undefined;
  for await (const row of freshet.sample.activeLearningDays.rows({ limit: 2, cursor })) rest.push(row.active_on);
  assert.deepEqual(rest, days.slice(2));
});

Deno.test("csv() gives the rows as a file, says whether it is all of them, and how many are withheld", async () => {
  const { freshet } = createClientRig();
  const { text, is_truncated, total_count, withheld_count, freshness } = await freshet.csv("sample/time-to-first-win");
  assert.deepEqual([is_truncated, total_count, withheld_count], [false, 1, 1]);
  assert.equal(text, `challenge_id,challenge_title,agents_with_win,avg_days_to_first_win\r\n${id(1)},Essay,7,12.4\r\n`);
  assert.equal(freshness.age_seconds, 0);
});

Deno.test("a refusal is an error with its code, every field, and the request's id", async () => {
  const { freshet } = createClientRig();
  const error = await failureOf(freshet.sample.laneDistributions({ challenge_id: "mine" }));
  assert.deepEqual([error.name, error.code, error.status], ["FreshetError", "BAD_REQUEST", 400]);
  assert.deepEqual(error.errors, [{ field: "challenge_id", reason: "must be a UUID" }]);
  assert.equal(error.message, error.detail);
  assert.equal(error.staleness, null);
  assert.match(error.request_id ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(error.retry_after_seconds, null);
});

Deno.test("an answer that the API did not write, and none at all, are errors of their own", async () => {
  const answers = [
    () => Promise.resolve(new Response("<html>Bad gateway</html>", { status: 502 })),
    () => Promise.resolve(new Response("<html>Sign in to this network</html>")),
    () => Promise.resolve(Response.json({ message: "name resolution failed" }, { status: 503 })),
    () => Promise.reject(new TypeError("fetch failed")),
  ];
  const found: unknown[] = [];
  for (const fetch of answers) {
    const freshet = createSampleFreshet({ url: PROJECT, key: "k", fetch });
    const { code, status } = await failureOf(freshet.sample.timeToFirstWin());
    found.push([code, status]);
  }
  assert.deepEqual(found, [["UNEXPECTED", 502], ["UNEXPECTED", 200], ["UNEXPECTED", 503], ["UNREACHABLE", 0]]);
});

Deno.test("a 503 is waited for as long as it asks, and read again", async () => {
  const rig = createClientRig();
  rig.http.source.is_down = true;
  rig.whileWaiting = () => void (rig.http.source.is_down = false);
  assert.equal((await rig.freshet.sample.laneDistributions(LANES)).data.length, 1);
  assert.deepEqual(rig.waited, [5_000]);
});

Deno.test("a 429 is waited for like a 503", async () => {
  const limits = { ...UNLIMITED, key: { requests: 1, seconds: 60 } };
  const rig = createClientRig({ longest_wait_seconds: 60 }, { rates: () => ({ limits }) });
  await rig.freshet.sample.laneDistributions(LANES);
  rig.whileWaiting = () => rig.http.clock.advance(60_000);
  assert.equal((await rig.freshet.sample.laneDistributions(LANES)).data.length, 1);
  assert.equal(rig.waited.length, 1);
});

Deno.test("patience ends: after two retries, or at once when the wait would be too long", async () => {
  const patient = createClientRig();
  const hasty = createClientRig({ longest_wait_seconds: 4 });
  const single = createClientRig({ retries: 0 });
  for (const [rig, waited] of [[patient, [5_000, 5_000]], [hasty, []], [single, []]] as const) {
    rig.http.source.is_down = true;
    const error = await failureOf(rig.freshet.sample.laneDistributions(LANES));
    assert.deepEqual([error.code, error.retry_after_seconds], ["SOURCE_UNAVAILABLE", 5]);
    assert.deepEqual(rig.waited, waited);
  }
});

Deno.test("nothing but 503 and 429 is tried again", async () => {
  const { freshet, asked } = createClientRig();
  assert.equal((await failureOf(freshet.sample.summaryStats())).code, "FORBIDDEN");
  assert.equal(asked.length, 1);
});

Deno.test("an abort ends a read with its own reason: before, during the request, and while waiting", async () => {
  const reason = new Error("the page was left");
  const rig = createClientRig();
  await assert.rejects(rig.freshet.sample.laneDistributions(LANES, { signal: AbortSignal.abort(reason) }), reason);
  assert.equal(rig.http.lines.length, 0);

  const during = new AbortController();
  const fetch: typeof globalThis.fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new DOMException("Aborted", "AbortError")));
      during.abort(reason);
    });
  const slow = createSampleFreshet({ url: PROJECT, key: "k", fetch });
  await assert.rejects(slow.sample.laneDistributions(LANES, { signal: during.signal }), reason);

  const waiting = new AbortController();
  rig.http.source.is_down = true;
  rig.whileWaiting = () => waiting.abort(reason);
  await assert.rejects(rig.freshet.sample.laneDistributions(LANES, { signal: waiting.signal }), reason);
});

Deno.test("an abort ends the pause at once, and leaves no timer", async () => {
  const reason = new Error("the page was left");
  const rig = createClientRig({ sleep: undefined });
  rig.http.source.is_down = true;
  const leaving = new AbortController();
  const read = rig.freshet.sample.laneDistributions(LANES, { signal: leaving.signal });
  while (rig.http.lines.length === 0) await settle();
  await settle();
  leaving.abort(reason);
  await assert.rejects(read, reason);
});

Deno.test("the greatest age that is accepted is said in Cache-Control", async () => {
  const { freshet, asked } = createClientRig();
  await freshet.sample.laneDistributions(LANES, { max_age_seconds: 60 });
  await freshet.sample.laneDistributions(LANES);
  assert.deepEqual(asked.map(({ headers }) => headers.get("cache-control")), ["max-age=60", null]);
});

Deno.test("rows that are older than accepted are refused as TOO_STALE, with the time of the next refresh", async () => {
  const refreshes = new FakeRefreshes();
  refreshes.nextAt = () => Promise.resolve(http.clock.now() + 300_000);
  const { freshet, http, waited } = createClientRig({}, { refreshes });
  http.clock.advance(600_000);
  // Five minutes until the refresh begins, and five seconds for it.
  const error = await failureOf(freshet.sample.laneDistributions(LANES, { max_age_seconds: 60 }));
  assert.deepEqual([error.code, error.retry_after_seconds, waited], ["TOO_STALE", 305, []]);
  const next_refresh_at = new Date(http.clock.now() + 300_000).toISOString();
  assert.deepEqual(error.staleness, { age_seconds: 600, max_age_seconds: 60, next_refresh_at });
  assert.equal((await freshet.sample.laneDistributions(LANES, { max_age_seconds: 900 })).freshness.age_seconds, 600);
});

Deno.test("the token is asked for before every call, and nobody signed in sends the key alone", async () => {
  const tokens = [mintToken({ claims: { sub: "anna" } }), mintToken({ claims: { sub: "bela" } }), null];
  const { freshet, asked } = createClientRig({ token: () => tokens[asked.length] ?? null });
  for (const _call of tokens) await freshet.sample.laneDistributions(LANES);
  const sent = await Promise.all(tokens);
  assert.deepEqual(
    asked.map(({ headers }) => headers.get("authorization")),
    sent.map((token) => token === null ? null : `Bearer ${token}`),
  );
  assert.ok(asked.every(({ headers }) => headers.get("apikey") === KEYS.publishable));
});
