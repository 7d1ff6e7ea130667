import assert from "node:assert/strict";
import fc from "fast-check";
import { sourceRequest } from "../../../shared/read/source_request.ts";
import { laneDistributions } from "../../../shared/packs/arena/lane_distributions.ts";
import { id, laneRow } from "../../support/fixtures/arena_rows.ts";
import type { FakeRow } from "../../support/fakes/source.ts";
import { createWorld } from "../../support/rigs/read_rig.ts";

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("read"), isolate: fc.nat(2), challenge: fc.nat(2), many: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("refresh"), seed: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(100, 900, 1_100, 2_500, 90_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("redis_down", "redis_up", "redis_flush", "reset") }) },
) as fc.Arbitrary<Readonly<Record<string, unknown>>>;

Deno.test("every body served under a version equals what the source held at that version, whatever happens around it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const world = createWorld();
      const isolates = [world.isolate(), world.isolate(), world.lonely()];
      const history = new Map<string, readonly FakeRow[]>();

      function refresh(seed: number): void {
        // A database never computes two versions in the same instant.
        world.clock.advance(1);
        const rows = [0, 1, 2].flatMap((challenge) =>
          ["a", "b"].map((lane_key) =>
            laneRow({ challenge_id: id(challenge), lane_key, mean_score: seed, p90: seed + challenge })
          )
        );
        world.source.refresh(laneDistributions.view, rows);
        history.set(new Date(world.clock.now()).toISOString(), rows);
      }

      async function read(action: Readonly<Record<string, unknown>>): Promise<void> {
        const params = { challenge_id: id(Number(action["challenge"])) };
        const wanted = { resource: laneDistributions, params };
        const one = isolates[Number(action["isolate"])] ?? world.isolate();
        const traces = await Promise.all(Array.from({ length: 1 + Number(action["many"]) }, () => one.read(wanted)));
        for (const { answer, rows } of traces) {
          assert.ok(answer.kind === "entry");
          const held = history.get(answer.entry.state.refreshed_at ?? "") ?? [];
          const request = sourceRequest({
            resource: laneDistributions,
            params,
            scope: { label: "all", restriction: null },
            day: null,
          });
          const expected = world.source.answerTo(held, request, null);
          assert.deepEqual(rows.map((row) => row["p90"]), expected.map((row) => row["p90"]));
          assert.equal(rows.length, 2);
        }
      }

      refresh(0);
      for (const action of steps) {
        if (action["do"] === "read") await read(action);
        else if (action["do"] === "refresh") refresh(Number(action["seed"]));
        else if (action["do"] === "wait") world.clock.advance(Number(action["ms"]));
        else if (action["do"] === "reset") world.source.forgetVersions(laneDistributions.view);
        else if (action["do"] === "redis_flush") world.shared.held.clear();
        else world.shared.is_down = action["do"] === "redis_down";
      }
    }),
    { numRuns: 150 },
  );
});
