/** A value that is there, or will be. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Goes on at once with what is there, and later with what will be: a hit in memory is over before a promise would be kept.
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
