/**
 * One text for one meaning: keys sorted, absent values left out. Two parameter sets share a text exactly when they ask
 * for the same thing, so the text may stand in a cache key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(canonicalParams({ b: 1, a: "x", c: undefined }), '{"a":"x","b":1}');
 * ```
 */
export function canonicalParams(params: Readonly<Record<string, unknown>>): string {
  const present = Object.keys(params).filter((name) => params[name] !== undefined).sort();
  return `{${present.map((name) => `${JSON.stringify(name)}:${JSON.stringify(params[name])}`).join(",")}}`;
}
