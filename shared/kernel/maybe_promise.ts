/** A value, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * `then()` that stays synchronous if the value is ready: a hit in memory finishes without waiting for a microtask.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(thenMaybe(20, (half) => half * 2), 40);
 * assert.equal(await thenMaybe(Promise.resolve(20), (half) => half * 2), 40);
 * ```
 */
export function thenMaybe<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
