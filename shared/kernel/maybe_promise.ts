/** A value that is there, or will be. */
export type Soon<T> = T | Promise<T>;

/**
 * Goes on at once with what is there, and later with what will be: a hit in memory is over before a promise would be kept.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(andThen(20, (half) => half * 2), 40);
 * assert.equal(await andThen(Promise.resolve(20), (half) => half * 2), 40);
 * ```
 */
export function andThen<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
