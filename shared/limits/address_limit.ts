import type { Clock } from "../kernel/ports.ts";
import type { RateLimit } from "./rate_limits.ts";
import { RecentMap } from "../kernel/recent_map.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Addresses kept in each of two generations. */
const MOST_ADDRESSES = 1_000;

/**
 * Counts the refused requests of each address, in this isolate alone. Requests that are still being checked do not count: a
 * batch of pg_net sends two hundred good calls at once, from one address.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
 * const limit = new AddressLimit({ requests: 1, seconds: 60 }, clock);
 * assert.equal(limit.waitSeconds("192.0.2.1"), 0);
 * limit.refuse("192.0.2.1");
 * assert.equal(limit.waitSeconds("192.0.2.1"), 60);
 * ```
 */
export class AddressLimit {
  readonly limit: RateLimit;
  readonly #clock: Clock;
  readonly #refusals = new RecentMap<TokenBucket>(MOST_ADDRESSES);

  constructor(limit: RateLimit, clock: Clock) {
    this.limit = limit;
    this.#clock = clock;
  }

  /** How long the next request of this address must wait before it is checked; 0 for not at all. */
  waitSeconds(address: string): number {
    const bucket = this.#refusals.get(address);
    if (bucket === undefined) return 0;
    if (!bucket.take(this.#clock.now())) return Math.max(1, Math.ceil(bucket.wait_ms / 1_000));
    bucket.giveBack();
    return 0;
  }

  /** Counts a refused request. */
  refuse(address: string): void {
    const now = this.#clock.now();
    const known = this.#refusals.get(address);
    const bucket = known ?? new TokenBucket(this.limit, { tokens: this.limit.requests, now });
    if (known === undefined) this.#refusals.set(address, bucket);
    bucket.take(now);
  }
}
