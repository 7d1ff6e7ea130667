/** Time as an argument, so that tests control it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since an arbitrary fixed moment, with fractions, never decreasing: for durations. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * SHA-256 of a UTF-8 text as 64 lower-case hexadecimal digits. Synchronous: it runs several times in every cache hit.
 */
export type Hash = (text: string) => string;

/** Writes a line to the operator's log: at once, or `soon`, batched with other lines. */
export type Log = (line: string, pace: "now" | "soon") => void;
