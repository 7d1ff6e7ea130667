import assert from "node:assert/strict";
import { rowDifferences } from "./row_difference.ts";

const ROW = { id: "a", mean: "70.125", slope: "0.5", last: null };

function differences(actual: readonly Record<string, string | null>[]): string[] {
  return rowDifferences({ actual, expected: [ROW], key: ["id"], tolerances: { slope: 1e-9 } });
}

Deno.test("rowDifferences() finds nothing between equal rows", () => {
  assert.deepEqual(differences([{ ...ROW }]), []);
});

Deno.test("rowDifferences() reports one wrong digit, a null and a value where null belongs", () => {
  assert.deepEqual(differences([{ ...ROW, mean: "70.126" }]), ["a: mean is 70.126, not 70.125"]);
  assert.deepEqual(differences([{ ...ROW, slope: null }]), ["a: slope is null, not 0.5"]);
  assert.deepEqual(differences([{ ...ROW, last: "1" }]), ["a: last is 1, not null"]);
});

Deno.test("rowDifferences() allows a tolerance in the named column only", () => {
  assert.deepEqual(differences([{ ...ROW, slope: "0.5000000001" }]), []);
  assert.deepEqual(differences([{ ...ROW, slope: "0.50000001" }]), ["a: slope is 0.50000001, not 0.5"]);
  assert.deepEqual(differences([{ ...ROW, mean: "70.1250" }]), ["a: mean is 70.1250, not 70.125"]);
});

Deno.test("rowDifferences() reports missing, additional and repeated rows", () => {
  assert.deepEqual(differences([]), ["a: the row is missing"]);
  assert.deepEqual(differences([ROW, { ...ROW, id: "b" }]), ["b: the row should not be there"]);
  assert.deepEqual(differences([ROW, ROW]), ["2 rows have 1 keys"]);
});

Deno.test("rowDifferences() reports columns that only one side knows", () => {
  assert.deepEqual(differences([{ ...ROW, added: "1" }]), ["a: added is 1, not undefined"]);
  const { mean: _mean, ...withoutMean } = ROW;
  assert.deepEqual(differences([withoutMean]), ["a: mean is undefined, not 70.125"]);
});
