/** How many requests one caller may make in a window. */
export interface RateLimit {
  readonly requests: number;
  /** The length of the window, which begins at a multiple of it. */
  readonly seconds: number;
}

/**
 * What is limited. `user`: each subject. `key`: each client address behind one API key, which all visitors of a site
 * share. `service`: the secret key. `unverified`: each address that sends credentials that are not verified yet.
 */
export type Limited = "user" | "key" | "service" | "unverified";

/** Null: no limit. */
export type RateLimits = Readonly<Record<Limited, RateLimit | null>>;

/**
 * The defaults. A page of ten charts that asks every five seconds makes 120 requests a minute. A caller with the secret key
 * could query the database directly, so a limit for it would protect nothing.
 */
export const RATE_LIMITS: RateLimits = {
  user: { requests: 600, seconds: 60 },
  key: { requests: 1_200, seconds: 60 },
  service: null,
  unverified: { requests: 60, seconds: 60 },
};

/**
 * How many requests an isolate may admit before it reports them to the others: a twentieth of the limit. So several
 * isolates together admit at most one such share each above the limit, and report twice as often.
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
