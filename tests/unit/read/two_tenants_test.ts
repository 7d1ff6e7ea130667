import assert from "node:assert/strict";
import type { Caller } from "../../../shared/access/caller.ts";
import { weaknessPatterns } from "../../../shared/packs/arena/weakness_patterns.ts";
import { id, weaknessRow } from "../../support/fixtures/arena_rows.ts";
import { createWorld } from "../../support/rigs/read_rig.ts";

const RESOURCE = weaknessPatterns;

function user(subject: string, is_admin = false): Caller {
  return { kind: "user", subject, is_admin, org_id: null, org_role: null };
}

/** Two owners with two agents each; every row carries its owner's canary as a lane. */
function worldOfTwo() {
  const world = createWorld();
  world.source.owners.set("anna", [id(11), id(12)]);
  world.source.owners.set("bela", [id(21), id(22)]);
  world.source.refresh(
    RESOURCE.view,
    [11, 12, 21, 22].map((agent) =>
      weaknessRow({ agent_id: id(agent), lane_key: agent < 20 ? "canary-of-anna" : "canary-of-bela" })
    ),
  );
  return world;
}

/** A small generator with a seed, so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

Deno.test("ten thousand interleaved requests of two tenants with warm caches each carry their own canary only", async () => {
  const world = worldOfTwo();
  const isolates = [world.isolate(), world.isolate(), world.isolate()];
  const roll = dice(20_261_120);
  let permitted = 0;
  let denied = 0;

  async function ask(): Promise<void> {
    const name = roll(2) === 0 ? "anna" : "bela";
    const agent = [11, 12, 21, 22][roll(4)] ?? 11;
    const one = isolates[roll(3)] ?? world.isolate();
    const is_mine = (agent < 20) === (name === "anna");
    const params = { agent_id: id(agent), category: roll(2) === 0 ? "weak" : "all" };
    try {
      const { rows } = await one.readOnly({ resource: RESOURCE, params, caller: user(name) });
      assert.ok(is_mine, `${name} was shown agent ${agent}`);
      assert.deepEqual([...new Set(rows.map((row) => row["lane_key"]))], [`canary-of-${name}`]);
      permitted += 1;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      assert.equal(is_mine, false, `${name} was refused agent ${agent}: ${error}`);
      denied += 1;
    }
  }

  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 100 }, ask));
    if (round % 10 === 9) world.clock.advance(61_000);
  }
  assert.ok(permitted > 4_000 && denied > 4_000, `${permitted} permitted, ${denied} denied`);
  assert.ok(world.source.reads < 10_000, "the caches were never warm");
});

Deno.test("a tenant is refused another's agent also when an administrator has just warmed the cache with it", async () => {
  const one = worldOfTwo().isolate();
  const wanted = { resource: RESOURCE, params: { agent_id: id(21) } };
  await one.read({ ...wanted, caller: user("root", true) });
  await one.read(wanted);
  await one.read({ ...wanted, caller: user("bela") });
  await assert.rejects(one.read({ ...wanted, caller: user("anna") }), { code: "FORBIDDEN", status: 403 });
});

Deno.test("a tenant does not get a 304 for rows under another tenant's tag", async () => {
  const one = worldOfTwo().isolate();
  const wanted = { resource: RESOURCE, params: { agent_id: id(21) } };
  const { answer } = await one.read({ ...wanted, caller: user("bela") });
  const stolen = one.read({ ...wanted, caller: user("anna"), if_none_match: answer.etag });
  await assert.rejects(stolen, { code: "FORBIDDEN" });
});

Deno.test("rows outside the scope are never answered, even if the database forgets the WHERE", async () => {
  const world = worldOfTwo();
  world.source.forgets_scope = true;
  const stolen = world.isolate().read({ resource: RESOURCE, params: { agent_id: id(21) }, caller: user("anna") });
  await assert.rejects(stolen, { code: "INTERNAL", message: /has been recorded/ });
});

Deno.test("no cache key names a person", async () => {
  const world = worldOfTwo();
  await world.isolate().read({ resource: RESOURCE, params: { agent_id: id(11) }, caller: user("anna") });
  assert.deepEqual(world.shared.keysWith("anna"), []);
  assert.equal(world.shared.keysWith("user=").length, 2);
});
