/** The receiver's answer to one envelope. */
export interface SendAnswer {
  /** HTTP status; null when no answer came: refused, reset, timed out, or dropped on the way out. */
  readonly status: number | null;
  /** Seconds for which the receiver accepts no more of this category; null when it did not say. */
  readonly hold_seconds: number | null;
  /** Why it was refused, as the receiver put it, without secrets; null when it gave no reason. */
  readonly words: string | null;
}

/** What happens to an alert after the receiver's answer. */
export type Verdict =
  | { readonly kind: "delivered" }
  /** Too large: send the same event again with less in it. */
  | { readonly kind: "shrink" }
  /** Try again after this many seconds. */
  | { readonly kind: "defer"; readonly seconds: number; readonly error: string }
  /** The receiver asks to send nothing for this many seconds. */
  | { readonly kind: "hold"; readonly seconds: number; readonly error: string }
  /** It will not be accepted until a person changes something. Only a 400 concerns this alert alone. */
  | { readonly kind: "park"; readonly error: string; readonly concerns_all: boolean };

const BACKOFF_SECONDS = [5, 15, 60, 300] as const;
const LONGEST_HOLD_SECONDS = 3_600;
const UNSTATED_HOLD_SECONDS = 60;

/**
 * Judges the answer to one send.
 *
 * @param attempt 1 for the first send of this alert
 */
export function judgeAnswer(answer: SendAnswer, attempt: number): Verdict {
  const { status } = answer;
  const said = `the receiver answered ${status}${answer.words === null ? "" : `: ${answer.words}`}`;
  if (status === null) return defer(attempt, "no answer from the receiver");
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 413) return { kind: "shrink" };
  if (status === 429) {
    return { kind: "hold", seconds: holdSeconds(answer) ?? UNSTATED_HOLD_SECONDS, error: said };
  }
  // A redirect or an unknown 4xx means a wrong address, as 401 means a wrong key; only 408 asks to try again.
  if (status < 500 && status !== 408) return { kind: "park", error: said, concerns_all: status !== 400 };
  return defer(attempt, said);
}

/** For how long the receiver asks to send nothing, whatever its status: at most an hour; null when it did not ask. */
export function holdSeconds(answer: SendAnswer): number | null {
  if (answer.hold_seconds === null) return null;
  return Math.min(Math.max(answer.hold_seconds, 1), LONGEST_HOLD_SECONDS);
}

function defer(attempt: number, error: string): Verdict {
  const seconds = BACKOFF_SECONDS[Math.min(Math.max(attempt, 1), BACKOFF_SECONDS.length) - 1] ?? LONGEST_HOLD_SECONDS;
  return { kind: "defer", seconds, error };
}
