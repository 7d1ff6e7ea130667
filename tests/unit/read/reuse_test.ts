/** What was taken away is gone: nobody is shown a version in which it was still theirs, unless the database is silent. */
import assert from "node:assert/strict";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import type { Caller } from "../../../shared/access/caller.ts";
import { column, defineResource, type Resource } from "../../../shared/resource/resource.ts";
import { restsOnRights } from "../../../shared/read/reuse.ts";
import { deriveScope } from "../../../shared/access/scope.ts";
import { resources } from "../../../tools/resources.ts";
import { readsAll } from "../../support/fixtures/contracted.ts";
import { laneDistributions } from "../../support/sample_pack/lane_distributions.ts";
import { weaknessPatterns } from "../../support/sample_pack/weakness_patterns.ts";
import { id, laneRow, weaknessRow } from "../../support/fixtures/sample_rows.ts";
import { createWorld, type Isolate, type Read, SERVICE } from "../../support/rigs/read_rig.ts";

const MINUTE = 60_000;
const user = (subject: string): Caller => ({ kind: "user", subject, is_admin: false, org_id: null, org_role: null });
const LANES: Read = { resource: laneDistributions, params: { challenge_id: id(1) } };
const WEAKNESSES: Read = { resource: weaknessPatterns, params: { agent_id: id(11) }, caller: user("anna") };

/** What everybody may read, and what is read as it is at the moment. */
const standing = defineResource({
  pack: "test",
  name: "standing",
  view: "standing",
  summary: "Who stands where now",
  params: {},
  filters: [],
  columns: { person: column.text() },
  access: { scope: "admin" },
  order: [{ column: "person", direction: "asc" }],
  limit: 10,
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 300,
  formats: ["json"],
});
const STANDING: Read = { resource: standing, params: {} };

/** Anna owns agent 11, and may lose it to Bela. */
function worldOfRights() {
  const world = createWorld();
  world.source.refresh(laneDistributions.view, [laneRow()]);
  world.source.refresh(weaknessPatterns.view, [weaknessRow()]);
  world.source.registerLive("standing");
  world.source.refresh("standing", [{ person: "anna" }]);
  world.source.owners.set("anna", [id(11)]);
  function handOver(from: string, to: string): void {
    world.source.owners.set(from, []);
    world.source.owners.set(to, [id(11)]);
    world.source.refresh("agents_of_user", []);
  }
  return { ...world, handOver };
}

/** Two isolates know the version before; one of them is reading the next, for as long as `body` takes. */
async function whileAnotherReads(
  { clock, source, isolate }: ReturnType<typeof worldOfRights>,
  wanted: Read,
  { change, body }: { readonly change: () => void; readonly body: (loser: Isolate) => Promise<void> },
): Promise<void> {
  const [winner, loser] = [isolate(), isolate()];
  await winner.read(wanted);
  await loser.read(wanted);
  change();
  clock.advance(3_000);
  const gate = Promise.withResolvers<void>();
  source.gate = gate.promise;
  const winning = winner.readOnly(wanted).catch(() => null);
  for (let turn = 0; turn < 5; turn += 1) await clock.sleep(0);
  source.gate = null;
  await body(loser);
  gate.resolve();
  await winning;
}

Deno.test("an isolate that loses the lock asks for itself rather than show what an owner has lost", async () => {
  const world = worldOfRights();
  await whileAnotherReads(world, WEAKNESSES, {
    change: () => world.handOver("anna", "bela"),
    body: (loser) => assert.rejects(loser.read(WEAKNESSES), { code: "FORBIDDEN" }),
  });
});

Deno.test("an isolate that loses the lock shows no predecessor of what is read live, to an operator neither", async () => {
  const world = worldOfRights();
  await whileAnotherReads(world, STANDING, {
    change: () => world.source.refresh("standing", [{ person: "bela" }]),
    async body(loser) {
      const { rows, events } = await loser.read(STANDING);
      assert.deepEqual(rows, [{ person: "bela" }]);
      assert.ok(events.includes("lock_lost") && !events.includes("previous_served"), events.join());
    },
  });
});

Deno.test("an isolate that loses the lock still shows a public predecessor", async () => {
  const world = worldOfRights();
  await whileAnotherReads(world, LANES, {
    change: () => world.source.refresh(laneDistributions.view, [laneRow({ mean_score: 80 })]),
    async body(loser) {
      const { rows, events } = await loser.read(LANES);
      assert.equal(rows[0]?.["mean_score"], 70.5);
      assert.ok(events.includes("previous_served"));
    },
  });
});

for (const [what, wanted] of Object.entries({ "somebody's own": WEAKNESSES, live: STANDING })) {
  Deno.test(`rows that are ${what} outlive a silent database by 15 minutes, marked stale, and public ones by a day`, async () => {
    const { clock, source, isolate } = worldOfRights();
    const one = isolate();
    const { answer } = await one.read(wanted);
    await one.read(LANES);
    source.is_down = true;
    clock.advance(15 * MINUTE);
    const kept = await one.read(wanted);
    assert.equal(kept.answer.freshness.is_stale, true);
    assert.equal(kept.rows.length, 1);
    assert.equal((await one.read({ ...wanted, if_none_match: answer.etag })).answer.kind, "not_modified");
    clock.advance(5_000);
    await assert.rejects(one.read(wanted), { code: "SOURCE_UNAVAILABLE" });
    await assert.rejects(one.read({ ...wanted, if_none_match: answer.etag }), { code: "SOURCE_UNAVAILABLE" });
    assert.equal((await one.read(LANES)).rows.length, 1);
    clock.advance(23 * 60 * MINUTE);
    assert.equal((await one.read(LANES)).rows.length, 1);
  });

  Deno.test(`an isolate that begins while the database is silent keeps to the 15 minutes for what is ${what}`, async () => {
    const { clock, source, isolate } = worldOfRights();
    await isolate().read(wanted);
    source.is_down = true;
    clock.advance(15 * MINUTE);
    assert.equal((await isolate().read(wanted)).rows.length, 1);
    clock.advance(5_000);
    await assert.rejects(isolate().read(wanted), { code: "SOURCE_UNAVAILABLE" });
  });
}

Deno.test("a version that is known to be over does not stand in for rows that the database does not give", async () => {
  const world = worldOfRights();
  const one = world.isolate();
  await one.read(WEAKNESSES);
  world.handOver("anna", "bela");
  world.clock.advance(3_000);
  await one.read(LANES); // the isolate knows that owners have changed
  world.source.read = () => Promise.reject(world.source.silence());
  await assert.rejects(one.read(WEAKNESSES), { code: "SOURCE_UNAVAILABLE" });
});

Deno.test("the first answer after a silence waits for the database when the last try was over three seconds ago", async () => {
  const world = worldOfRights();
  const one = world.isolate();
  await one.read(WEAKNESSES);
  world.source.is_down = true;
  world.clock.advance(3_000);
  assert.equal((await one.read(WEAKNESSES)).rows.length, 1);
  world.source.is_down = false;
  world.handOver("anna", "bela");
  world.clock.advance(3_000);
  await assert.rejects(one.read(WEAKNESSES), { code: "FORBIDDEN" });
});

Deno.test("what is known of versions is as old as the question, however long the database took to answer", async () => {
  const world = worldOfRights();
  const one = world.isolate();
  const { states } = world.source;
  world.source.states = async function () {
    const answer = await states.call(this);
    world.clock.advance(1_900); // on its way back
    return answer;
  };
  await one.read(WEAKNESSES);
  world.handOver("anna", "bela");
  world.clock.advance(900);
  await assert.rejects(one.read(WEAKNESSES), { code: "FORBIDDEN" });
});

Deno.test("what rests on rights: everything that is not the same for all, or is read live", () => {
  const state = {
    version: 1,
    refreshed_at: null,
    verified_at: null,
    source_as_of: null,
    stale_after_seconds: 60,
    populated: true,
  };
  const scopeOf = (resource: Resource, caller: Caller) => deriveScope(resource, caller, sha256);
  for (const resource of resources) {
    const names = [resource.view, ...resource.reads ?? []];
    const states = Object.fromEntries(names.map((name) => [name, state]));
    if (!readsAll(resource)) continue;
    const all = scopeOf(resource, SERVICE);
    assert.equal(restsOnRights(resource, all, states), false);
    for (const name of names) {
      assert.equal(restsOnRights(resource, all, { ...states, [name]: { ...state, live: true } }), true);
    }
  }
  assert.equal(restsOnRights(weaknessPatterns, scopeOf(weaknessPatterns, user("anna")), {}), true);
});

/** A small generator with a seed, so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

Deno.test("of a thousand parallel questions to two isolates, none shows what was lost more than three seconds ago", async () => {
  const world = worldOfRights();
  const isolates = [world.isolate(), world.isolate()];
  const roll = dice(20_261_129);
  const owned: { readonly by: string; readonly from: number; to: number }[] = [];
  let owner = "anna";
  owned.push({ by: owner, from: 0, to: Infinity });
  const found = { shown: 0, refused: 0 };

  async function ask(): Promise<void> {
    const caller = roll(2) === 0 ? "anna" : "bela";
    const began = world.clock.now();
    const one = isolates[roll(2)] ?? world.isolate();
    try {
      await one.readOnly({ ...WEAKNESSES, caller: user(caller) });
      const { length } = owned.filter(({ by, to }) => by === caller && to >= began - 3_000);
      assert.ok(length > 0, `${caller} was shown what is ${owner}'s for more than three seconds`);
      found.shown += 1;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      found.refused += 1;
    }
  }

  for (let round = 0; round < 125; round += 1) {
    const crowd = Array.from({ length: 8 }, ask);
    if (roll(4) === 0) {
      const next = owner === "anna" ? "bela" : "anna";
      world.handOver(owner, next);
      for (const last of owned.slice(-1)) last.to = world.clock.now();
      owned.push({ by: next, from: world.clock.now(), to: Infinity });
      owner = next;
    }
    await Promise.all(crowd);
    world.clock.advance(roll(1_500));
  }
  assert.ok(found.shown > 300 && found.refused > 300, JSON.stringify(found));
});
