import type { RateLimit } from "./rate_limits.ts";

/** What all isolates together have admitted in the current window. */
export interface Counted {
  /** At most the limit: how far it was passed is of no use. */
  readonly used: number;
  /** When the window ends, in milliseconds since the epoch. */
  readonly ends_at: number;
}

export interface Counting {
  /** Names the caller, and no person. */
  readonly key: string;
  readonly limit: RateLimit;
  readonly requests: number;
}

/** Counts for all isolates. It may throw; each isolate then limits by itself. */
export interface RateCounter {
  /** Adds requests that were admitted, and says how many there are by now. */
  add(counting: Counting): Promise<Counted>;
}
