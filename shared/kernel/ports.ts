/** Time as an argument, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from some fixed moment, with fractions, never going back: for measuring. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** SHA-256 of a UTF-8 text as 64 lower-case hexadecimal digits. Synchronous: it runs several times in every cache hit. */
export type Hash = (text: string) => string;

/** Takes a line for the operator's log. A line that may wait until `soon` leaves together with others. */
export type Log = (line: string, pace: "now" | "soon") => void;
