import { equal, match, throws } from "node:assert/strict";
import { faultPage, faultProof } from "../../tools/proofs/fault_page.ts";

const counts = { injected: 4, told: 3, events: 2, duplicates: 1, lost: 1, false: 0 };
const told = faultProof(
  "told_faults.json",
  JSON.stringify({
    date: "2026-11-29",
    commit: "abc",
    rounds: 5,
    faults: [{ fault: "F12", what: "a crash", ...counts }],
  }),
);
const read = faultProof(
  "read_faults.json",
  JSON.stringify({
    date: "2026-11-29",
    commit: "def",
    faults: [
      { fault: "F2", what: "silence", injected: 9, answered: 6, wrong: 1, lost: 0, false: 2, figures: { ms: 3 } },
      { fault: "F12", what: "a crash for real", covered_by: "tests/a_test.ts" },
    ],
  }),
);

Deno.test("the page of faults has each fault of the list in its order, with counts, with where it is tested, or as not counted", () => {
  const lines = faultPage([told, read]).split("\n").filter((line) => line.startsWith("| F"));
  equal(lines.length, 44);
  equal(lines[0], "| F1 | not counted yet | | | | | |");
  equal(lines[1], "| F2 | silence | 9 | 6 | 0 | 0 | 3 |", "an answer that is wrong is false");
  equal(lines[11], "| F12 | a crash | 4 | 3 | 1 | 1 | 0 |");
  equal(lines[12], "| F12 | a crash for real: [tests/a_test.ts](../../tests/a_test.ts) | | | | | |");
  match(lines.at(-1) ?? "", /^\| F43 \| exports/);
});

Deno.test("a file that is no table of faults, or has a fault that is not in the list, is refused by name", () => {
  throws(() => faultProof("odd_faults.json", "{}"), /odd_faults\.json is no table of faults: .*keepProof/s);
  throws(() => faultPage([{ ...told, faults: [{ fault: "F44", what: "x" }] }]), /F44 is none of the faults F1 to F43/);
});
