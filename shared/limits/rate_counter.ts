import type { RateLimit } from "./rate_limits.ts";

/** What all isolates together have admitted in the current window. */
export interface Counted {
  /** At most the limit: how far it was exceeded is not needed. */
  readonly used: number;
  /** When the window ends, in milliseconds since the epoch. */
  readonly ends_at: number;
}

export interface Counting {
  /** Identifies the caller, without naming a person. */
  readonly key: string;
  readonly limit: RateLimit;
  readonly requests: number;
}

/** Counts for all isolates. It may throw; each isolate then limits by itself. */
export interface RateCounter {
  /** Adds admitted requests, and returns the new total. */
  add(counting: Counting): Promise<Counted>;
}
