import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalParams } from "../../../shared/kernel/canonical_params.ts";

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(undefined),
  fc.array(fc.string(), { maxLength: 3 }),
);
const params = fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 6, noNullPrototype: true });

function present(all: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([, held]) => held !== undefined));
}

Deno.test("canonicalParams() does not depend on the order of the parameters", () => {
  fc.assert(fc.property(params, (all) => {
    const reversed = Object.fromEntries(Object.entries(all).reverse());
    assert.equal(canonicalParams(reversed), canonicalParams(all));
  }));
});

Deno.test("canonicalParams() of its own result, read back, is the same text", () => {
  fc.assert(fc.property(params, (all) => {
    const text = canonicalParams(all);
    assert.equal(canonicalParams(JSON.parse(text)), text);
  }));
});

Deno.test("canonicalParams() gives one text to one meaning and two texts to two", () => {
  fc.assert(fc.property(params, params, (left, right) => {
    let is_same = true;
    try {
      assert.deepEqual(present(left), present(right));
    } catch {
      is_same = false;
    }
    assert.equal(canonicalParams(left) === canonicalParams(right), is_same);
  }));
});

Deno.test("canonicalParams() reads back as what was given", () => {
  fc.assert(fc.property(params, (all) => assert.deepEqual(JSON.parse(canonicalParams(all)), present(all))));
});
