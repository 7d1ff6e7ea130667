// Nothing that makes an answer fail stays unseen: behind the answer, and once a minute for each resource at most.
import assert from "node:assert/strict";
import { createFaultLedger } from "../../../shared/adapters/supabase/fault_ledger.ts";
import { sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import type { FailedAnswer } from "../../../shared/ops/fault_reports.ts";
import { id, laneRow, progressRow, winRow } from "../../support/fixtures/sample_rows.ts";
import { createSampleRig, LANES_PATH } from "../../support/rigs/http_rig.ts";
import { notedLedger } from "../../support/fakes/noted_faults.ts";
import { KEYS } from "../../support/fixtures/tokens.ts";

const PROGRESS_PATH = `/analytics/sample/progress?agent_id=${id(11)}&challenge_id=${id(1)}`;
const WINS_PATH = "/analytics/sample/time-to-first-win";
const AS_SERVICE = { headers: { apikey: KEYS.secret } };

Deno.test("a row that does not fit its resource is told with resource, request and defect, and nobody's value", async () => {
  const { failed, ledger } = notedLedger();
  const { ask, source } = createSampleRig({ faults: ledger });
  source.refresh("mv_agent_progress", [progressRow({ week: "infinity", best_composite_score: "planted" })]);
  const response = await ask(PROGRESS_PATH, AS_SERVICE);
  assert.equal(response.status, 500);
  const { request_id } = await response.json();
  const [answer] = failed;
  assert.deepEqual(Object.keys(answer ?? {}).sort(), ["defect", "request_id", "resource"]);
  assert.equal(answer?.resource, "sample/progress");
  assert.equal(answer?.request_id, request_id);
  assert.match(answer?.defect ?? "", /^rows of mv_agent_progress do not fit sample\/progress: 0\.week: /);
  assert.doesNotMatch(answer?.defect ?? "", /planted|infinity/);
});

Deno.test("a fault is told once a minute for each resource, and its end once", async () => {
  const { told, ledger } = notedLedger();
  const { ask, source, clock } = createSampleRig({ faults: ledger });
  source.refresh("mv_agent_progress", [progressRow({ week: "infinity" })]);
  source.refresh("mv_time_to_first_win", [winRow({ avg_days_to_first_win: "NaN" })]);
  for (let times = 0; times < 20; times += 1) {
    await ask(PROGRESS_PATH, AS_SERVICE);
    await ask(WINS_PATH, AS_SERVICE);
    clock.advance(2_999);
  }
  assert.deepEqual(told.splice(0), ["sample/progress failed", "sample/time-to-first-win failed"]);
  clock.advance(20);
  await ask(PROGRESS_PATH, AS_SERVICE);
  assert.deepEqual(told.splice(0), ["sample/progress failed"]);

  source.refresh("mv_agent_progress", [progressRow()]);
  clock.advance(5_000);
  for (let times = 0; times < 3; times += 1) await ask(PROGRESS_PATH, AS_SERVICE);
  assert.deepEqual(told, ["sample/progress answers"]);
});

Deno.test("refusals and a database that is down are no faults, and what never failed reports no end", async () => {
  const { told, ledger } = notedLedger();
  const { ask, source, clock } = createSampleRig({ faults: ledger });
  await ask(LANES_PATH);
  await ask(PROGRESS_PATH);
  await ask("/analytics/sample/progress?nobody_knows=1", AS_SERVICE);
  await ask("/analytics/nowhere", AS_SERVICE);
  source.register("mv_agent_progress_of_tomorrow");
  source.is_down = true;
  clock.advance(5_000);
  await ask(WINS_PATH, AS_SERVICE);
  assert.deepEqual(told, []);
});

Deno.test("a ledger that cannot be reached costs no answer, and shows in the log", async () => {
  const down = () => Promise.reject(sourceUnavailable("down"));
  const { ask, source, lines } = createSampleRig({ faults: { failed: down, answered: down, slow: down } });
  source.refresh("mv_lane_score_distribution", [laneRow({ mean_score: "planted" })]);
  assert.equal((await ask(LANES_PATH)).status, 500);
  assert.ok(lines.some((line) => line.includes("background_failed")), lines.join("\n"));
});

Deno.test("the ledger cuts a defect and scrubs it before it leaves", async () => {
  const calls: { name: string; input: unknown }[] = [];
  const ledger = createFaultLedger(({ name, input, output }) => {
    calls.push({ name, input });
    return Promise.resolve(output.parse(null));
  });
  const request_id = crypto.randomUUID();
  await ledger.failed({ resource: "sample/progress", request_id, defect: `of anna@example.com${" x".repeat(5_000)}` });
  await ledger.answered("sample/progress");
  const [failed, answered] = calls;
  assert.equal(failed?.name, "report_failed_answer");
  const { defect, ...rest } = failed?.input as FailedAnswer;
  assert.deepEqual(rest, { resource: "sample/progress", request_id });
  assert.ok(defect.startsWith("of [email] x x") && defect.length <= 500, defect);
  assert.deepEqual(answered, { name: "report_answered", input: { resource: "sample/progress" } });
});

/** A rig whose database takes this long for each read. */
function slowRig(milliseconds: number) {
  const { told, ledger } = notedLedger();
  const rig = createSampleRig({ faults: ledger });
  const read = rig.source.read.bind(rig.source);
  rig.source.read = async (view, request) => {
    rig.clock.advance(milliseconds);
    return await read(view, request);
  };
  return { told, ...rig };
}

Deno.test("a read of five seconds is reported with its resource and its time, once a minute", async () => {
  const { told, ask, source, clock } = slowRig(5_000);
  source.refresh("mv_agent_progress", [progressRow()]);
  assert.equal((await ask(PROGRESS_PATH, AS_SERVICE)).status, 200);
  assert.deepEqual(told, ["sample/progress took 5000 ms"]);
  for (let times = 0; times < 3; times += 1) {
    source.refresh("mv_agent_progress", [progressRow()]);
    clock.advance(4_000);
    await ask(PROGRESS_PATH, AS_SERVICE);
  }
  assert.deepEqual(told, ["sample/progress took 5000 ms"]);
  source.refresh("mv_agent_progress", [progressRow()]);
  clock.advance(60_000);
  await ask(PROGRESS_PATH, AS_SERVICE);
  assert.equal(told.length, 2);
});

Deno.test("a read that is given up after five seconds is reported too", async () => {
  const { told, ask, source } = slowRig(5_100);
  source.refresh("mv_agent_progress", [progressRow()]);
  await ask(WINS_PATH);
  source.is_down = true;
  assert.equal((await ask(PROGRESS_PATH, AS_SERVICE)).status, 503);
  assert.deepEqual(told, ["sample/time-to-first-win took 5100 ms", "sample/progress took 5100 ms"]);
});

Deno.test("a read of a second is in the request's line and no incident, and a fast one is neither", async () => {
  for (const [milliseconds, source_ms] of [[999, undefined], [1_000, 1_000], [4_999, 4_999]] as const) {
    const { told, ask, source, lines } = slowRig(milliseconds);
    source.refresh("mv_agent_progress", [progressRow()]);
    await ask(PROGRESS_PATH, AS_SERVICE);
    const line = JSON.parse(lines.at(-1) ?? "");
    assert.equal(line.source_ms, source_ms);
    assert.deepEqual(line.events, source_ms === undefined ? undefined : ["source_slow"]);
    assert.deepEqual(told, []);
  }
});
