import { LRUCache } from "lru-cache";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import type { Hash } from "../core/hash.ts";

/** The longest a verification may be remembered: a revoked key or a removed signing key lives on for as long. */
const LONGEST_MS = 60_000;
const MOST_CALLERS = 10_000;

interface Verified {
  readonly caller: Caller;
  readonly until: number;
}

/**
 * Remembers callers whose credential was verified, because verifying ES256 costs ten times the rest of a cache hit. Only
 * successes are kept, under a hash: a dump of this memory holds no credential.
 */
export class VerifiedCallers {
  readonly #callers = new LRUCache<string, Verified>({ max: MOST_CALLERS });
  readonly #clock: Clock;
  readonly #hash: Hash;

  constructor(options: { readonly clock: Clock; readonly hash: Hash }) {
    this.#clock = options.clock;
    this.#hash = options.hash;
  }

  get(credential: string): Caller | null {
    const key = this.#hash(credential);
    const verified = this.#callers.get(key);
    if (verified === undefined) return null;
    if (this.#clock.now() < verified.until) return verified.caller;
    this.#callers.delete(key);
    return null;
  }

  /** @param expires_at the token's own end, in milliseconds since the epoch; Infinity for a key */
  keep(credential: string, caller: Caller, expires_at: number): void {
    const until = Math.min(expires_at, this.#clock.now() + LONGEST_MS);
    this.#callers.set(this.#hash(credential), { caller, until });
  }
}
