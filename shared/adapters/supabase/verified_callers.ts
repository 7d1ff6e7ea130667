import { LRUCache } from "lru-cache";
import type { Caller } from "../../access/caller.ts";
import type { Clock, Hash } from "../../kernel/ports.ts";

/** The longest time that a verification is remembered: a revoked key or a removed signing key still works for this long. */
const LONGEST_MS = 60_000;
const MOST_CALLERS = 10_000;

interface Verified {
  readonly caller: Caller;
  readonly until: number;
}

/** How many credentials may wait for the garbage collector under their own text. */
const MOST_RECENT = 1_000;

/**
 * Remembers callers whose credential was verified, because verifying ES256 costs ten times the rest of a cache hit. Only
 * successes are kept, under a hash: a dump of this memory holds no credential.
 *
 * Hashing is a quarter of a cache hit, so frequent callers are found by the text itself. That memory is held weakly: it is
 * collected with the same garbage as the headers of the requests, and keeps no credential that they do not.
 */
export class VerifiedCallers {
  readonly #callers = new LRUCache<string, Verified>({ max: MOST_CALLERS });
  #recent = new WeakRef(new Map<string, Verified>());
  readonly #clock: Clock;
  readonly #hash: Hash;

  constructor(options: { readonly clock: Clock; readonly hash: Hash }) {
    this.#clock = options.clock;
    this.#hash = options.hash;
  }

  get(credential: string): Caller | null {
    const recent = this.#recently();
    const verified = recent.get(credential) ?? this.#callers.get(this.#hash(credential));
    if (verified === undefined) return null;
    if (this.#clock.now() < verified.until) {
      recent.set(credential, verified);
      return verified.caller;
    }
    recent.delete(credential);
    this.#callers.delete(this.#hash(credential));
    return null;
  }

  #recently(): Map<string, Verified> {
    const kept = this.#recent.deref();
    if (kept !== undefined && kept.size < MOST_RECENT) return kept;
    const made = new Map<string, Verified>();
    this.#recent = new WeakRef(made);
    return made;
  }

  /** @param expires_at when the token ends, in milliseconds since the epoch; Infinity for a key */
  keep(credential: string, caller: Caller, expires_at: number): void {
    const until = Math.min(expires_at, this.#clock.now() + LONGEST_MS);
    this.#callers.set(this.#hash(credential), { caller, until });
  }
}
