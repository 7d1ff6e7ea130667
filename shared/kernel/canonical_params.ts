/**
 * Canonical JSON: keys sorted, undefined values left out. Two parameter sets have the same text exactly when they mean
 * the same, so the text can be part of a cache key.
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
