/** How many requests one caller may make in how long. */
export interface RateLimit {
  readonly requests: number;
  /** The length of the window, which begins at a multiple of it. */
  readonly seconds: number;
}

/**
 * Who is limited. `user`: each subject. `key`: each client address behind one API key, which all visitors of a site
 * share. `service`: the secret key. `unverified`: each address from which credentials come that nobody has verified yet.
 */
export type Limited = "user" | "key" | "service" | "unverified";

/** Null: no limit. */
export type RateLimits = Readonly<Record<Limited, RateLimit | null>>;

/**
 * What holds where a deployment says nothing else. A page of ten charts that asks every five seconds makes 120 requests
 * a minute. Whoever has the secret key could ask the database itself, so a limit would protect nothing.
 */
export const RATE_LIMITS: RateLimits = {
  user: { requests: 600, seconds: 60 },
  key: { requests: 1_200, seconds: 60 },
  service: null,
  unverified: { requests: 60, seconds: 60 },
};

/**
 * How many requests an isolate may have admitted without having told the others: a twentieth of the limit. So several
 * isolates together admit at most one such share each above the limit, and tell of each other twice as often.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(unreportedShare({ requests: 600, seconds: 60 }), 30);
 * ```
 */
export function unreportedShare(limit: RateLimit): number {
  return Math.ceil(limit.requests / 20);
}
