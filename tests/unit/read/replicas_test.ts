// A replica that lags, falls silent or is promoted: a model of primary and replica, and random histories of both.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Caller } from "../../../shared/access/caller.ts";
import { AppError, internalError, sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import { FakeClock, settle } from "../../support/fakes/clock.ts";
import { FakeDatabase } from "../../support/fakes/replica.ts";
import { FakeSharedStore } from "../../support/fakes/shared_store.ts";
import { id, laneRow, weaknessRow } from "../../support/fixtures/sample_rows.ts";
import { proofs } from "../../support/random/proofs.ts";
import { Isolate } from "../../support/rigs/read_rig.ts";
import { laneDistributions } from "../../support/sample_pack/lane_distributions.ts";
import { weaknessPatterns } from "../../support/sample_pack/weakness_patterns.ts";

const OWNERS = ["anna", "bela"] as const;
type Owner = typeof OWNERS[number];

function callerOf(subject: Owner): Caller {
  return { kind: "user", subject, is_admin: false, org_id: null, org_role: null };
}

/** One agent that changes its owner, and one public figure that counts up. */
function createStage({ is_shared = false } = {}) {
  const clock = new FakeClock();
  const database = new FakeDatabase(clock);
  const shared = is_shared ? new FakeSharedStore(clock) : null;
  let figure = 0;
  const stage = {
    clock,
    database,
    isolate: () => new Isolate({ clock, source: database.primary, shared }, { servers: database.servers }),
    /** Counts the public figure up. */
    count(): number {
      clock.advance(1);
      const next = ++figure;
      database.write((source) =>
        source.refresh(laneDistributions.view, [laneRow({ challenge_id: id(1), mean_score: next })])
      );
      return next;
    },
    give(owner: Owner): void {
      clock.advance(1);
      database.write((source) => {
        for (const one of OWNERS) source.owners.set(one, one === owner ? [id(11)] : []);
        source.refresh("agents_of_user", []);
      });
    },
    async figureBy(isolate: Isolate): Promise<{ figure: number; age_seconds: number; events: readonly string[] }> {
      const { rows, answer, events } = await isolate.read({
        resource: laneDistributions,
        params: { challenge_id: id(1) },
      });
      return { figure: Number(rows[0]?.["mean_score"]), age_seconds: answer.freshness.age_seconds, events };
    },
    /** Whether this owner is shown the agent. */
    async shownBy(isolate: Isolate, owner: Owner): Promise<boolean> {
      try {
        const params = { agent_id: id(11) };
        const { rows } = await isolate.read({ resource: weaknessPatterns, params, caller: callerOf(owner) });
        return rows.length > 0;
      } catch (error) {
        if (error instanceof AppError && error.code === "FORBIDDEN") return false;
        throw error;
      }
    },
  };
  database.write((source) => source.refresh(weaknessPatterns.view, [weaknessRow({ agent_id: id(11) })]));
  stage.give("anna");
  stage.count();
  database.replica.replay();
  return stage;
}

Deno.test("while the replica has everything, it answers all reads of rows, also when nothing is written for long", async () => {
  const { clock, database, isolate, figureBy, shownBy, count } = createStage();
  const one = isolate();
  for (let round = 1; round <= 5; round += 1) {
    clock.advance(90_000);
    assert.equal((await figureBy(one)).figure, round);
    assert.deepEqual([await shownBy(one, "anna"), await shownBy(one, "bela")], [true, false]);
    count();
    database.replica.replay();
  }
  assert.equal(database.primary.reads, 0);
  assert.ok(database.replica.source.reads >= 5);
});

Deno.test("a public answer may be as old as the replica, and its age says so", async () => {
  const { clock, database, isolate, figureBy, count } = createStage();
  const one = isolate();
  clock.advance(5_000);
  count();
  clock.advance(40_000);
  const { figure, age_seconds } = await figureBy(one);
  assert.deepEqual([figure, age_seconds], [1, 45]);
  assert.equal(database.primary.reads, 0);
});

Deno.test("what rests on rights is the primary's while replay is paused: nothing lost is shown after three seconds", async () => {
  const { clock, database, isolate, shownBy, give } = createStage();
  const one = isolate();
  assert.equal(await shownBy(one, "anna"), true);
  give("bela");
  clock.advance(3_000);
  assert.deepEqual([await shownBy(one, "anna"), await shownBy(one, "bela")], [false, true]);
  assert.ok(database.primary.reads > 0);
});

Deno.test("an isolate that has seen a version never answers an older one, and asks the primary instead", async () => {
  const { clock, database, isolate, figureBy, shownBy, count } = createStage();
  const one = isolate();
  assert.equal((await figureBy(one)).figure, 1);
  clock.advance(1_000);
  assert.equal((await figureBy(one)).figure, 1);
  count();
  // A read that rests on rights learns all versions from the primary.
  await shownBy(one, "anna");
  const { figure, events } = await figureBy(one);
  assert.equal(figure, 2);
  assert.ok(events.includes("replica_left"));
  assert.ok(database.replica.source.reads > 0);

  count();
  const other = isolate();
  await shownBy(other, "anna");
  assert.equal((await figureBy(other)).figure, 3, "its first public answer");
});

Deno.test("an answer of a replica that was under way does not take back what was learned meanwhile", async () => {
  const { clock, database: { replica }, isolate, figureBy, shownBy, count } = createStage();
  const one = isolate();
  await figureBy(one);
  clock.advance(1_000);
  const gate = Promise.withResolvers<void>();
  const { states } = replica;
  replica.states = async () => {
    const answer = await states.call(replica);
    await gate.promise;
    return answer;
  };
  const underway = figureBy(one);
  await settle();
  count();
  await shownBy(one, "anna");
  gate.resolve();
  await underway;
  assert.equal((await figureBy(one)).figure, 2);
});

Deno.test("older versions that another isolate has shared are not taken either", async () => {
  const { clock, isolate, figureBy, shownBy, count } = createStage({ is_shared: true });
  const one = isolate();
  await figureBy(isolate());
  await figureBy(one);
  count();
  await shownBy(one, "anna");
  assert.equal((await figureBy(one)).figure, 2);
  clock.advance(1_000);
  assert.equal((await figureBy(one)).figure, 2);
});

Deno.test("what another isolate has seen, an isolate that has just started does not answer older", async () => {
  const { database, isolate, figureBy, shownBy, count } = createStage({ is_shared: true });
  count();
  await shownBy(isolate(), "anna");
  assert.equal((await figureBy(isolate())).figure, 2);
  database.replica.replay();
});

Deno.test("a replica that was promoted answers nothing more, whatever it says", async () => {
  const { clock, database, isolate, figureBy, shownBy, count, give } = createStage();
  const one = isolate();
  await figureBy(one);
  database.replica.is_promoted = true;
  count();
  give("bela");
  clock.advance(3_000);
  assert.equal((await figureBy(one)).figure, 2);
  assert.deepEqual([await shownBy(one, "anna"), await shownBy(one, "bela")], [false, true]);
  assert.equal((await figureBy(isolate())).figure, 2, "an isolate that has seen nothing yet");
});

Deno.test("three failures in a row keep every question from a dead replica for ten seconds", async () => {
  const { clock, database, isolate, figureBy, count } = createStage();
  const one = isolate();
  database.replica.is_down = true;
  const asked: number[] = [];
  const { states, read } = database.replica;
  let calls = 0;
  database.replica.states = () => (calls += 1, states.call(database.replica));
  database.replica.read = (...given) => (calls += 1, read.apply(database.replica, given));
  for (let round = 0; round < 9; round += 1) {
    const wanted = count();
    clock.advance(1_000);
    assert.equal((await figureBy(one)).figure, wanted);
    asked.push(calls);
  }
  assert.equal(calls, 3);
  database.replica.is_down = false;
  database.replica.replay();
  clock.advance(10_000);
  await figureBy(one);
  assert.ok(calls > 3);
});

Deno.test("while the primary is down, the replica still gives public answers, and nothing unchecked that rests on rights", async () => {
  const { clock, database, isolate, figureBy, shownBy } = createStage();
  const one = isolate();
  await figureBy(one);
  clock.advance(60_000);
  database.primary.is_down = true;
  database.replica.source.state_reads = 0;
  assert.equal((await figureBy(one)).figure, 1);
  clock.advance(3_600_000);
  assert.equal((await figureBy(one)).figure, 1);
  assert.equal(database.replica.source.state_reads, 2);
  const before = database.primary.state_reads;
  for (let second = 0; second < 30; second += 1) {
    clock.advance(1_000);
    await figureBy(one);
  }
  assert.ok(database.primary.state_reads - before <= 4, "a silent primary is asked every ten seconds");
  await assert.rejects(shownBy(one, "anna"), { code: "SOURCE_UNAVAILABLE" });
});

Deno.test("an isolate that starts while the primary is down knows from the others whom to believe, and believes no replica without them", async () => {
  for (const is_shared of [true, false]) {
    const { clock, database, isolate, figureBy, count } = createStage({ is_shared });
    await figureBy(isolate());
    count();
    database.replica.replay();
    database.primary.is_down = true;
    clock.advance(12 * 3_600_000);
    const asked = figureBy(isolate());
    if (is_shared) assert.equal((await asked).figure, 2);
    else await assert.rejects(asked, { code: "SOURCE_UNAVAILABLE" });
  }
});

Deno.test("a replica of another database answers nothing, whatever versions and places it names", async () => {
  for (const is_shared of [true, false]) {
    const { clock, database, isolate, figureBy, shownBy } = createStage({ is_shared });
    const { replica } = database;
    replica.history = "7999999999999999999.1";
    for (let round = 0; round < 5; round += 1) {
      replica.source.refresh(laneDistributions.view, [laneRow({ challenge_id: id(1), mean_score: 999 })]);
      replica.source.owners.set("bela", [id(11)]);
      replica.source.refresh("agents_of_user", []);
      const one = isolate();
      assert.equal((await figureBy(one)).figure, 1);
      assert.deepEqual([await shownBy(one, "anna"), await shownBy(one, "bela")], [true, false]);
      clock.advance(1_500);
    }
  }
});

Deno.test("a replica that does not follow the primary is asked every ten seconds, and answers again when it does", async () => {
  const { clock, database: { replica }, isolate, figureBy, count } = createStage();
  const one = isolate();
  const ours = replica.history;
  replica.history = "7000000000000000000.2";
  const asked = () => replica.source.reads + replica.source.state_reads;
  for (let round = 0; round < 30; round += 1) {
    const wanted = count();
    replica.replay();
    clock.advance(1_000);
    assert.equal((await figureBy(one)).figure, wanted);
  }
  assert.ok(asked() >= 2 && asked() <= 4, `asked ${asked()} times in 30 seconds`);
  replica.history = ours;
  clock.advance(10_000);
  const { events } = await figureBy(one);
  assert.ok(!events.includes("replica_left"));
});

Deno.test("a primary that was restored is known within a minute, and the replica that it has left behind answers nothing more", async () => {
  const { clock, database, isolate, figureBy, count } = createStage();
  const one = isolate();
  assert.equal((await figureBy(one)).figure, 1);
  // The replica goes on with what was undone: its versions are newer.
  database.history = "7000000000000000000.2";
  database.replica.source.refresh(laneDistributions.view, [laneRow({ challenge_id: id(1), mean_score: 999 })]);
  const restored = count();
  clock.advance(60_000);
  await figureBy(one);
  await settle();
  clock.advance(1_000);
  assert.equal((await figureBy(one)).figure, restored);
});

Deno.test("public answers ask the primary once when an isolate starts, and once a minute", async () => {
  const { clock, database, isolate, figureBy } = createStage();
  const one = isolate();
  for (let second = 0; second < 121; second += 1) {
    await figureBy(one);
    clock.advance(1_000);
  }
  assert.equal(database.primary.state_reads, 3);
});

Deno.test("a replica that reports its versions and never its rows is passed by as well, whatever else is asked meanwhile", async () => {
  const { clock, database: { replica }, isolate, figureBy, count } = createStage();
  const one = isolate();
  let asked = 0;
  let questions = 0;
  replica.read = () => {
    asked += 1;
    return Promise.reject(sourceUnavailable("a timeout"));
  };
  replica.fits = () => (questions += 1) % 2 === 0;
  for (let round = 0; round < 18; round += 1) {
    count();
    replica.replay();
    clock.advance(1_000);
    await figureBy(one);
  }
  assert.ok(questions >= 18);
  assert.ok(asked <= 5, `asked ${asked} times in 18 seconds`);
});

Deno.test("a replica that refuses every question is passed by as one that is silent", async () => {
  const { clock, database: { replica }, isolate, figureBy, count } = createStage();
  const one = isolate();
  let asked = 0;
  const refused = () => {
    asked += 1;
    return Promise.reject(internalError("get_view answered in an unknown shape"));
  };
  Object.assign(replica, { states: refused, read: refused });
  for (let round = 0; round < 9; round += 1) {
    const wanted = count();
    clock.advance(1_000);
    assert.equal((await figureBy(one)).figure, wanted);
  }
  assert.equal(asked, 3);
});

Deno.test("a database that was restored, and counts versions from one again, is followed at once", async () => {
  const { clock, database, isolate, figureBy, count } = createStage();
  const one = isolate();
  for (let round = 0; round < 5; round += 1) count();
  database.replica.replay();
  clock.advance(2_000);
  assert.equal((await figureBy(one)).figure, 6);
  database.write((source) => source.forgetVersions(laneDistributions.view));
  count();
  database.replica.replay();
  clock.advance(2_000);
  assert.equal((await figureBy(one)).figure, 7);
});

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("figure", "shown"), isolate: fc.nat(2), owner: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("count", "give"), owner: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("replay"), many: fc.constantFrom(1, 2, 100) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(100, 500, 1_000, 2_500, 12_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("down", "up", "promote") }) },
) as fc.Arbitrary<Readonly<Record<string, unknown>>>;

Deno.test("whatever a replica does, no answer is older than one before, none shows what was lost three seconds ago, and none fails", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), fc.boolean(), async (steps, is_shared) => {
      const stage = createStage({ is_shared });
      const { clock, database: { replica } } = stage;
      const isolates = [stage.isolate(), stage.isolate(), stage.isolate()];
      const newest = [0, 0, 0];
      const held: { owner: Owner; from: number; until: number }[] = [{ owner: "anna", from: 0, until: Infinity }];
      for (const action of steps) {
        const place = Number(action["isolate"] ?? 0);
        const owner = OWNERS[Number(action["owner"] ?? 0)] ?? "anna";
        const isolate = isolates[place] ?? stage.isolate();
        if (action["do"] === "figure") {
          const { figure } = await stage.figureBy(isolate);
          assert.ok(figure >= (newest[place] ?? 0), `${figure} after ${newest[place]}`);
          newest[place] = figure;
        } else if (action["do"] === "shown") {
          const now = clock.now();
          const is_shown = await stage.shownBy(isolate, owner);
          const times = held.filter((one) => one.owner === owner);
          const had = times.some(({ until }) => until >= now - 3_000);
          const has = times.some(({ from, until }) => until === Infinity && from <= now - 3_000);
          assert.ok(had || !is_shown, `${owner} was shown what was lost`);
          assert.ok(is_shown || !has, `${owner} was not shown what it has had for three seconds`);
        } else if (action["do"] === "count") stage.count();
        else if (action["do"] === "give") {
          stage.give(owner);
          for (const one of held) if (one.until === Infinity) one.until = clock.now();
          held.push({ owner, from: clock.now(), until: Infinity });
        } else if (action["do"] === "replay") replica.replay(Number(action["many"]));
        else if (action["do"] === "wait") clock.advance(Number(action["ms"]));
        else if (action["do"] === "promote") replica.is_promoted = true;
        else replica.is_down = action["do"] === "down";
      }
    }),
    { numRuns: proofs(300, 20_000) },
  );
});
