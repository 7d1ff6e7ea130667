import { deepEqual, equal, ok } from "node:assert/strict";
import { covering } from "../support/random/covering.ts";
import { dice } from "../support/random/dice.ts";

const VALUES = ["1", "2", "3", "4"];
const cells = VALUES.flatMap((a) =>
  VALUES.flatMap((b) => VALUES.map((c) => ({ a, b, c })))
    // A value that only occurs with one other.
    .filter(({ b }) => a !== "4" || b === "1")
);
const pairs = [["a", "b"], ["b", "c"], ["a", "c"]] as const;
const seen = (of: typeof cells) =>
  new Set(of.flatMap((cell) => pairs.map(([one, other]) => `${one}${cell[one]} ${other}${cell[other]}`)));

Deno.test("every pair of values that occurs is in a chosen cell, and few cells are chosen", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const chosen = covering(cells, pairs, dice(seed));
    deepEqual(seen(chosen), seen(chosen).union(seen(cells)), `seed ${seed}`);
    ok(chosen.length < 24, `${chosen.length} cells of ${cells.length}`);
  }
});

Deno.test("a seed chooses the same cells again, and only pairs that are asked for count", () => {
  deepEqual(covering(cells, pairs, dice(7)), covering(cells, pairs, dice(7)));
  equal(covering(cells, [["a", "a"]], dice(7)).length, 4);
});
