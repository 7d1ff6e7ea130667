// A whole server that is killed, loses its scheduler or its extension, counted on a cluster of its own: only in
// `deno task test:proofs`, as it takes minutes of a real scheduler. In every run tests/scheduler makes the same happen once.
import assert from "node:assert/strict";
import { keepProof, proofs } from "../support/random/proofs.ts";
import { countServerFaults } from "../support/faults/server_faults.ts";

const SAMPLE = 0;
const rounds = proofs(SAMPLE, 3);

if (rounds > SAMPLE) {
  Deno.test("A server that is killed, a scheduler that is gone and an extension that is made again are told once each", async () => {
    const faults = await countServerFaults(rounds);
    await keepProof("server_faults", { rounds, faults });
    for (const { fault, what, injected, events, left_open, reopened, ...counts } of faults) {
      const said = `${fault}, ${what}: ${JSON.stringify({ ...counts, events })}`;
      assert.deepEqual(counts, { told: injected, duplicates: 0, lost: 0, false: 0 }, said);
      assert.deepEqual([injected, left_open, reopened], [rounds, 0, 0], said);
    }
  });
}
