/** Time as an argument, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from some fixed moment, with fractions, never going back: for measuring. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
}
