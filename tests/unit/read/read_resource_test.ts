import assert from "node:assert/strict";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { createQuestion } from "../../../shared/read/question.ts";
import { readResource } from "../../../shared/read/read_resource.ts";
import type { Resource } from "../../../shared/resource/resource.ts";
import { deriveScope } from "../../../shared/access/scope.ts";
import { laneDistributions } from "../../support/sample_pack/lane_distributions.ts";
import { progress } from "../../support/sample_pack/progress.ts";
import { timeToFirstWin } from "../../support/sample_pack/time_to_first_win.ts";
import { weaknessPatterns } from "../../support/sample_pack/weakness_patterns.ts";
import { id, laneRow, progressRow, weaknessRow, winRow } from "../../support/fixtures/sample_rows.ts";
import { createWorld, SERVICE } from "../../support/rigs/read_rig.ts";

const LANES = { resource: laneDistributions, params: { challenge_id: id(1) } };
const VIEW = laneDistributions.view;

function worldWithLanes() {
  const world = createWorld();
  world.source.refresh(VIEW, [laneRow()]);
  return world;
}

Deno.test("readResource() reads the source once and then answers from memory", async () => {
  const { isolate, source } = worldWithLanes();
  const one = isolate();
  const first = await one.read(LANES);
  const second = await one.read(LANES);
  assert.equal(source.reads, 1);
  assert.ok(first.events.includes("source_read"));
  assert.deepEqual(second.events, ["memory_hit"]);
  assert.deepEqual(first.rows, second.rows);
});

Deno.test("readResource() keeps questions of one scope apart: another resource, another day, other parameters", async () => {
  const { source, isolate, clock } = createWorld();
  const { reader } = isolate();
  source.refresh(VIEW, [laneRow(), laneRow({ challenge_id: id(2) })]);
  source.refresh(timeToFirstWin.view, [winRow()]);
  const scope = deriveScope(laneDistributions, SERVICE, sha256);
  const ask = async (resource: Resource, challenge_id: string) => {
    const question = createQuestion(
      { resource, params: { challenge_id }, format: "json", place: null, max_age: null },
      sha256,
    );
    const answer = await readResource(reader, { question, scope, if_none_match: null, emit() {} });
    const { data, meta } = JSON.parse(answer.kind === "entry" ? answer.entry.body : "{}");
    return [meta.resource, data[0]?.challenge_id];
  };
  const daily = { ...laneDistributions, clock: "day" } as const;
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(await ask(laneDistributions, id(1)), ["sample/lane-distributions", id(1)]);
    assert.deepEqual(await ask(timeToFirstWin, id(1)), ["sample/time-to-first-win", id(1)]);
    assert.deepEqual(await ask(laneDistributions, id(2)), ["sample/lane-distributions", id(2)]);
  }
  const reads = source.reads;
  await ask(daily, id(1));
  await ask(daily, id(1));
  clock.advance(15 * 3_600_000); // from ten in the morning into the next day
  await ask(daily, id(1));
  assert.equal(source.reads, reads + 2, "one read each day");
});

Deno.test("readResource() normalises timestamps to Z without losing microseconds", async () => {
  const { rows } = await worldWithLanes().isolate().read(LANES);
  assert.equal(rows[0]?.["last_submission_at"], "2026-11-20T09:59:00.123456Z");
});

Deno.test("readResource() touches Redis not at all on a memory hit or a 304", async () => {
  const { isolate, shared } = worldWithLanes();
  const one = isolate();
  const { answer } = await one.read(LANES);
  const before = { ...shared.trips };
  await one.read(LANES);
  const again = await one.read({ ...LANES, if_none_match: answer.etag });
  assert.equal(again.answer.kind, "not_modified");
  assert.deepEqual(again.events, ["not_modified"]);
  assert.deepEqual(shared.trips, before);
});

Deno.test("readResource() answers a 304 from the version alone, in an isolate that has never seen the body", async () => {
  const world = worldWithLanes();
  const { answer } = await world.isolate().read(LANES);
  const reads = world.source.reads;
  const fresh = await world.isolate().read({ ...LANES, if_none_match: `"other", W/${answer.etag}` });
  assert.equal(fresh.answer.kind, "not_modified");
  assert.equal(world.source.reads, reads);
});

Deno.test("readResource() answers If-None-Match: * with the rows, because it looks at nobody's rights", async () => {
  const { answer } = await worldWithLanes().isolate().read({ ...LANES, if_none_match: "*" });
  assert.equal(answer.kind, "entry");
});

Deno.test("readResource() needs one trip to Redis for a hit there, and three for a miss", async () => {
  const world = worldWithLanes();
  const [one, two] = [world.isolate(), world.isolate()];
  await one.read({ ...LANES, params: { challenge_id: id(2) } });
  await two.read({ ...LANES, params: { challenge_id: id(2) } });
  const start = { ...world.shared.trips };
  await one.read(LANES);
  const missed = { ...world.shared.trips };
  const { events } = await two.read(LANES);
  assert.deepEqual(
    [missed.read - start.read, missed.acquire - start.acquire, missed.commit - start.commit],
    [1, 1, 1],
  );
  assert.ok(events.includes("shared_hit"));
  assert.deepEqual(world.shared.trips, { ...missed, read: missed.read + 1 });
});

Deno.test("readResource() sees a refresh within three seconds, and then never the old rows again", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  world.source.refresh(VIEW, [laneRow({ mean_score: 80 })]);
  world.clock.advance(3_000);
  const { rows, answer } = await one.read(LANES);
  assert.equal(rows[0]?.["mean_score"], 80);
  assert.equal(answer.kind === "entry" && answer.entry.state.version, 2);
});

Deno.test("readResource() names an entry by the version that came back, not by the one it expected", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read({ ...LANES, params: { challenge_id: id(2) } });
  world.source.refresh(VIEW, [laneRow({ mean_score: 80 })]);
  const { rows, answer } = await one.read(LANES);
  assert.equal(rows[0]?.["mean_score"], 80);
  assert.match(answer.kind === "entry" ? answer.entry.key : "", /:2\./);
  assert.deepEqual((await one.read(LANES)).events, ["memory_hit"]);
});

Deno.test("readResource() does not take a reset database's version 1 for the version 1 it has cached", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  const before = await one.read(LANES);
  world.clock.advance(60_000);
  world.source.forgetVersions(VIEW);
  world.source.refresh(VIEW, [laneRow({ mean_score: 1 })]);
  const after = await one.read(LANES);
  assert.equal(after.rows[0]?.["mean_score"], 1);
  assert.notEqual(after.answer.etag, before.answer.etag);
});

Deno.test("readResource() gives 200 concurrent askers of one isolate one read of the source", async () => {
  const { isolate, source } = worldWithLanes();
  const one = isolate();
  const traces = await Promise.all(Array.from({ length: 200 }, () => one.readOnly(LANES)));
  assert.equal(source.reads, 1);
  assert.equal(traces.filter(({ events }) => events.includes("collapsed")).length, 199);
});

Deno.test("readResource() gives 50 concurrent askers of each of four isolates one read of the source", async () => {
  const world = worldWithLanes();
  const isolates = [world.isolate(), world.isolate(), world.isolate(), world.isolate()];
  await Promise.all(isolates.map((one) => one.read({ ...LANES, params: { challenge_id: id(2) } })));
  const before = world.source.reads;
  const traces = await Promise.all(
    isolates.flatMap((one) => Array.from({ length: 50 }, () => one.readOnly(LANES))),
  );
  assert.equal(world.source.reads - before, 1);
  assert.ok(traces.every(({ rows }) => rows.length === 1));
});

Deno.test("readResource() lets the loser of the lock serve the previous version while the winner reads", async () => {
  const world = worldWithLanes();
  const [winner, loser] = [world.isolate(), world.isolate()];
  await Promise.all([winner.read(LANES), loser.read(LANES)]);
  world.source.refresh(VIEW, [laneRow({ mean_score: 80 })]);
  world.clock.advance(3_000);
  const gate = Promise.withResolvers<void>();
  world.source.gate = gate.promise;
  const winning = winner.readOnly(LANES);
  await world.clock.sleep(0);
  await world.clock.sleep(0);
  await world.clock.sleep(0);
  await world.clock.sleep(0);
  const { rows, events } = await loser.read(LANES);
  assert.equal(rows[0]?.["mean_score"], 70.5);
  assert.ok(events.includes("previous_served"));
  gate.resolve();
  assert.equal((await winning).rows[0]?.["mean_score"], 80);
});

Deno.test("readResource() does not read what the lock's last holder wrote after it was looked for", async () => {
  const world = worldWithLanes();
  const [one, other] = [world.isolate(), world.isolate()];
  await other.read({ ...LANES, params: { challenge_id: id(2) } }); // knows the versions
  const { acquire } = world.shared;
  world.shared.acquire = async (...lock) => {
    world.shared.acquire = acquire;
    await one.read(LANES); // wins the lock, reads, writes and gives it back, between the other's look and its lock
    return await world.shared.acquire(...lock);
  };
  const before = world.source.reads;
  const { rows, events } = await other.read(LANES);
  assert.equal(world.source.reads - before, 1);
  assert.equal(rows.length, 1);
  assert.deepEqual(events, ["memory_missed", "shared_missed", "lock_won", "shared_hit"]);
  assert.deepEqual(world.shared.keysWith("lock:"), []);
});

Deno.test("readResource() waits less than 200 ms for a lock holder that has died, and then reads itself", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read({ ...LANES, params: { challenge_id: id(2) } });
  const { acquire } = world.shared;
  world.shared.acquire = () => Promise.resolve({ is_won: false, value: null });
  const began = world.clock.now();
  const { rows, events } = await one.read(LANES);
  assert.equal(rows.length, 1);
  assert.ok(events.includes("lock_lost") && events.includes("waited") && events.includes("source_read"));
  assert.ok(world.clock.now() - began <= 250, `waited ${world.clock.now() - began} ms`);
  world.shared.acquire = acquire;
});

Deno.test("readResource() gives its lock back after a read, and after a read that failed", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  assert.deepEqual(world.shared.keysWith("lock:"), []);
  world.source.is_down = true;
  await assert.rejects(one.read({ ...LANES, params: { challenge_id: id(3) } }), { code: "SOURCE_UNAVAILABLE" });
  await Promise.all(one.background);
  assert.deepEqual(world.shared.keysWith("lock:"), []);
});

Deno.test("readResource() serves kept rows, marked stale, while the source is down", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  world.source.is_down = true;
  world.clock.advance(600_000);
  const { answer, rows, events } = await one.read(LANES);
  assert.equal(rows.length, 1);
  assert.equal(answer.freshness.is_stale, true);
  assert.equal(answer.freshness.age_seconds, 600);
  assert.ok(events.includes("pointer_stale"));
});

Deno.test("readResource() serves another isolate's rows from Redis while the source is down", async () => {
  const world = worldWithLanes();
  await world.isolate().read(LANES);
  world.source.is_down = true;
  world.clock.advance(600_000);
  const { answer, rows } = await world.isolate().read(LANES);
  assert.equal(rows.length, 1);
  assert.equal(answer.freshness.is_stale, true);
});

Deno.test("readResource() serves the previous version when the source dies between two refreshes", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  world.source.refresh(VIEW, [laneRow({ mean_score: 80 })]);
  world.clock.advance(3_000);
  await one.read({ ...LANES, params: { challenge_id: id(2) } });
  world.source.is_down = true;
  const { rows, events, answer } = await one.read(LANES);
  assert.equal(rows[0]?.["mean_score"], 70.5);
  assert.ok(events.includes("stale_served"));
  assert.equal(answer.freshness.is_stale, true);
});

Deno.test("readResource() stops serving kept rows a day after the source was last heard", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  world.source.is_down = true;
  world.clock.advance(86_400_000 - 1);
  assert.equal((await one.read(LANES)).rows.length, 1);
  world.clock.advance(10_000);
  await assert.rejects(one.read(LANES), { code: "SOURCE_UNAVAILABLE", retry_after_seconds: 5 });
});

Deno.test("readResource() refuses with SOURCE_UNAVAILABLE when the source is down and nothing is kept", async () => {
  const world = worldWithLanes();
  world.source.is_down = true;
  await assert.rejects(world.isolate().read(LANES), { code: "SOURCE_UNAVAILABLE", status: 503 });
  assert.equal(world.shared.held.size, 0);
});

Deno.test("readResource() recovers by itself when the source comes back", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  world.source.is_down = true;
  await assert.rejects(one.read(LANES));
  world.source.is_down = false;
  world.clock.advance(3_000);
  const { answer } = await one.read(LANES);
  assert.equal(answer.freshness.is_stale, false);
});

Deno.test("readResource() works without Redis, and without it when it is down", async () => {
  const world = worldWithLanes();
  assert.equal((await world.lonely().read(LANES)).rows.length, 1);
  world.shared.is_down = true;
  const { rows, events } = await world.isolate().read(LANES);
  assert.equal(rows.length, 1);
  assert.ok(events.includes("shared_failed"));
  assert.equal(world.shared.trips.acquire, 0, "a timeout was paid twice");
});

Deno.test("readResource() loses one timeout to a silent Redis, not one for each question, and asks again soon", async () => {
  const world = worldWithLanes();
  world.shared.is_silent = true;
  const one = world.isolate();
  await one.read(LANES);
  const { read, acquire, commit } = world.shared.trips;
  assert.equal(read + acquire + commit, 1);
  world.clock.advance(1_100);
  await one.read(LANES);
  assert.equal(world.shared.trips.read, read + 1);
});

Deno.test("readResource() stops asking a dead Redis after five failures", async () => {
  const world = worldWithLanes();
  world.shared.is_down = true;
  const one = world.isolate();
  for (let challenge = 1; challenge <= 20; challenge += 1) {
    await one.read({ ...LANES, params: { challenge_id: id(challenge) } });
  }
  const trips = world.shared.trips.read + world.shared.trips.acquire + world.shared.trips.commit;
  assert.equal(trips, 5);
});

Deno.test("readResource() takes a foreign or broken entry in Redis for a miss", async () => {
  const world = worldWithLanes();
  await world.isolate().read(LANES);
  const [key = ""] = world.shared.keysWith("sample/lane-distributions:public:1.");
  const foreign = JSON.stringify({ ...JSON.parse(world.shared.held.get(key)?.value ?? "{}"), k: "another" });
  for (
    const [planted, event] of [[foreign, "key_mismatch"], ['{"k":', "entry_malformed"], [
      "<html>",
      "entry_malformed",
    ]] as const
  ) {
    world.shared.plant(key, planted);
    const { rows, events } = await world.isolate().read(LANES);
    assert.equal(rows.length, 1);
    assert.ok(events.includes(event), `${events} lacks ${event}`);
  }
});

Deno.test("readResource() is NOT_READY until the first refresh, and when the view is not registered", async () => {
  const world = createWorld();
  await assert.rejects(world.isolate().read(LANES), { code: "NOT_READY", status: 503, retry_after_seconds: 30 });
  world.source.register(VIEW);
  await assert.rejects(world.isolate().read(LANES), { code: "NOT_READY" });
  assert.equal(world.source.reads, 0);
});

Deno.test("readResource() serves bodies above a megabyte without keeping them", async () => {
  const world = createWorld();
  world.source.refresh(VIEW, Array.from({ length: 900 }, (_, lane) => laneRow({ lane_key: `${lane}`.repeat(500) })));
  const one = world.isolate();
  const { rows, events } = await one.read(LANES);
  assert.equal(rows.length, 900);
  assert.ok(events.includes("too_large_to_keep"));
  assert.equal(one.memory.size, 0);
  assert.deepEqual(world.shared.keysWith("lane-distributions"), []);
});

Deno.test("readResource() keeps CSV and JSON of one question apart", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  const json = await one.read(LANES);
  const csv = await one.read({ ...LANES, format: "csv" });
  assert.notEqual(json.answer.etag, csv.answer.etag);
  assert.equal(csv.answer.kind === "entry" && csv.answer.entry.body, "csv of 1");
});

Deno.test("readResource() reads again after max_age_seconds, though the version has not moved", async () => {
  const world = createWorld();
  world.source.refresh(weaknessPatterns.view, [weaknessRow()]);
  world.source.owners.set("anna", [id(11)]);
  const one = world.isolate();
  const anna = { kind: "user", subject: "anna", is_admin: false, org_id: null, org_role: null } as const;
  const mine = { resource: weaknessPatterns, params: { agent_id: id(11) }, caller: anna };
  assert.equal((await one.read(mine)).rows.length, 1);
  world.source.owners.set("anna", []);
  world.clock.advance(59_000);
  assert.equal((await one.read(mine)).rows.length, 1);
  world.clock.advance(1_000);
  await assert.rejects(one.read(mine), { code: "FORBIDDEN" });
});

Deno.test("readResource() counts Age from the last moment at which the rows were known to be true", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  world.clock.advance(1_199_000);
  assert.equal((await one.read(LANES)).answer.freshness.is_stale, false);
  world.clock.advance(2_000);
  assert.equal((await one.read(LANES)).answer.freshness.is_stale, true);
  world.source.verify(VIEW);
  world.clock.advance(4_000);
  const { answer, events } = await one.read(LANES);
  assert.deepEqual([answer.freshness.age_seconds, answer.freshness.is_stale], [4, false]);
  assert.ok(events.includes("memory_hit"));
});

Deno.test("readResource() shows the latest weeks, oldest first", async () => {
  const world = createWorld();
  const weeks = ["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"];
  world.source.refresh(progress.view, weeks.map((week) => progressRow({ week })));
  const params = { agent_id: id(11), challenge_id: id(1), weeks: "2" };
  const { rows } = await world.isolate().read({ resource: progress, params });
  assert.deepEqual(rows.map(({ week }) => week), ["2026-11-09", "2026-11-16"]);
});

Deno.test("readResource() shows weak lanes only, weakest first, and all of them on request", async () => {
  const world = createWorld();
  world.source.refresh(weaknessPatterns.view, [
    weaknessRow({ lane_key: "a", avg_score: 70, performance_category: "below_median" }),
    weaknessRow({ lane_key: "b", avg_score: 51, performance_category: "persistent_weakness" }),
    weaknessRow({ lane_key: "c", avg_score: 75, performance_category: "average" }),
    weaknessRow({ lane_key: "d", avg_score: 10, challenge_sample_count: 4 }),
  ]);
  const one = world.isolate();
  const lanes = async (params: Record<string, string>) =>
    (await one.read({ resource: weaknessPatterns, params: { agent_id: id(11), ...params } })).rows.map((row) =>
      row["lane_key"]
    );
  assert.deepEqual(await lanes({}), ["b", "a"]);
  assert.deepEqual(await lanes({ category: "all" }), ["b", "a", "c"]);
});

Deno.test("readResource() answers nothing at all when the rows do not fit, and keeps nothing", async () => {
  for (
    const fault of [{ p10: "50" }, { sample_count: 12.5 }, { last_submission_at: "yesterday" }, { lane_key: undefined }]
  ) {
    const world = createWorld();
    world.source.refresh(VIEW, [laneRow(), laneRow({ lane_key: "b", ...fault })]);
    await assert.rejects(world.isolate().read(LANES), { code: "INTERNAL", status: 500 });
    assert.deepEqual(world.shared.keysWith("lane-distributions"), []);
  }
});

const ANNA = { kind: "user", subject: "anna", is_admin: false, org_id: null, org_role: null } as const;
const MINE = { resource: weaknessPatterns, params: { agent_id: id(11) }, caller: ANNA };

function worldOfAnna() {
  const world = createWorld();
  world.source.refresh(weaknessPatterns.view, [weaknessRow()]);
  world.source.owners.set("anna", [id(11)]);
  return world;
}

Deno.test("readResource() does not serve a previous version that is more than a day old", async () => {
  const world = worldWithLanes();
  const one = world.isolate();
  await one.read(LANES);
  world.clock.advance(25 * 3_600_000);
  world.source.refresh(VIEW, [laneRow({ mean_score: 80 })]);
  await one.read({ ...LANES, params: { challenge_id: id(2) } });
  world.source.is_down = true;
  await assert.rejects(one.read(LANES), { code: "SOURCE_UNAVAILABLE" });
});

Deno.test("readResource() does not serve a previous version past its reuse bound while another isolate reads", async () => {
  const world = worldOfAnna();
  const one = world.isolate();
  await one.read(MINE);
  world.clock.advance(61_000);
  world.source.refresh(weaknessPatterns.view, [weaknessRow({ avg_score: 80 })]);
  world.shared.acquire = () => Promise.resolve({ is_won: false, value: null });
  const { rows, events } = await one.read(MINE);
  assert.equal(rows[0]?.["avg_score"], 80);
  assert.ok(!events.includes("previous_served"));
});

Deno.test("readResource() waits for the winner's entry, not for the old one under the same key", async () => {
  const world = worldOfAnna();
  const one = world.isolate();
  await one.read(MINE);
  world.clock.advance(61_000);
  world.source.owners.set("anna", []);
  world.shared.acquire = () => Promise.resolve({ is_won: false, value: null });
  await assert.rejects(one.read(MINE), { code: "FORBIDDEN" });
});

Deno.test("readResource() does not follow a note in Redis to another question's entry", async () => {
  const world = worldWithLanes();
  await world.isolate().read(LANES);
  await world.isolate().read({ ...LANES, params: { challenge_id: id(2) } });
  const keys = world.shared.keysWith("sample/lane-distributions:public:");
  const entries = keys.filter((key) => /public:1\./.test(key));
  const stems = keys.filter((key) => !/public:1\./.test(key));
  assert.deepEqual([entries.length, stems.length], [2, 2]);
  const prefix = "freshet:".length + 9;
  for (const [at, stem] of stems.entries()) {
    const hash = stem.split(":").at(-1) ?? "";
    const foreign = entries.find((key) => !key.endsWith(hash)) ?? "";
    world.shared.plant(stems[at] ?? "", foreign.slice(prefix));
  }
  world.source.refresh(VIEW, [laneRow({ mean_score: 80 })]);
  world.clock.advance(3_000);
  world.shared.acquire = () => Promise.resolve({ is_won: false, value: null });
  const { rows, events } = await world.isolate().read(LANES);
  assert.equal(rows[0]?.["mean_score"], 80);
  assert.ok(events.includes("key_mismatch"));
});
