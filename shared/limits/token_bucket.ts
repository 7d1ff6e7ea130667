import type { RateLimit } from "./rate_limits.ts";

/** Tokens are added evenly, a whole limit in one window, and never exceed the limit. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #per_ms: number;
  #tokens: number;
  #filled_at: number;

  /** @param now milliseconds since the epoch */
  constructor(limit: RateLimit, start: { readonly tokens: number; readonly now: number }) {
    this.#capacity = limit.requests;
    this.#per_ms = limit.requests / (limit.seconds * 1_000);
    this.#tokens = start.tokens;
    this.#filled_at = start.now;
  }

  /** Takes a token if there is a whole one. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Tokens above the capacity are dropped at the next fill. */
  giveBack(): void {
    this.#tokens += 1;
  }

  get remaining(): number {
    return Math.floor(this.#tokens);
  }

  /** Milliseconds until there is a token again, or, while there are some, until the bucket is full. */
  get wait_ms(): number {
    return ((this.#tokens < 1 ? 1 : this.#capacity) - this.#tokens) / this.#per_ms;
  }

  #fill(now: number): void {
    // A clock that is set back adds nothing and removes nothing.
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, now - this.#filled_at) * this.#per_ms);
    this.#filled_at = now;
  }
}
