import type { Clock, Log } from "../../kernel/ports.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import { waitUntil } from "./background.ts";

/** A write costs more than the rest of a cache hit: eight writes a second are enough for lines that may wait. */
const WAIT_MS = 125;

/** The platform accepts 100 messages in ten seconds; the 20 above these 80 are for lines that may not wait. */
const PATIENT_MESSAGES = { requests: 80, seconds: 10 };

/** The platform cuts a message after 10,000 characters; the rest is for the note on how many lines were dropped. */
const LONGEST_TEXT = 9_900;

const ENDINGS = ["beforeunload", "unload"] as const;

/**
 * Writes lines in the order in which they arrive: lines that may wait are written together, at most 125 ms later; a line that
 * may not wait is written at once, after the lines before it. No waiting line is lost when the runtime ends the isolate: the
 * runtime is asked to keep it alive, and announces when it will not.
 *
 * Lines that may wait and exceed what the platform accepts (some 500 a second over time, 4,000 at once) are counted, and the
 * next message ends with how many were dropped. So the platform drops nothing by itself, which might be an error.
 */
export function bufferLines(write: (text: string) => void, clock: Pick<Clock, "now">): Log {
  const budget = new TokenBucket(PATIENT_MESSAGES, { tokens: PATIENT_MESSAGES.requests, now: clock.now() });
  let waiting = "";
  let left_out_count = 0;
  let will_flush = false;

  function flush(): void {
    const text = left_out_count === 0 ? waiting : joined(waiting, JSON.stringify({ left_out_count }));
    waiting = "";
    left_out_count = 0;
    if (text !== "") write(text);
  }

  /** One timer for all lines until it fires, even when the text is full before: timers cost more than lines. */
  function flushLater(): void {
    will_flush = true;
    for (const ending of ENDINGS) addEventListener(ending, flush);
    const { promise, resolve } = Promise.withResolvers<void>();
    waitUntil(promise);
    setTimeout(() => {
      will_flush = false;
      for (const ending of ENDINGS) removeEventListener(ending, flush);
      budget.take(clock.now());
      flush();
      resolve();
    }, WAIT_MS);
  }

  /** Whether there is no room for a line that may wait, and no write makes room before the timer fires. */
  function isOver(line: string): boolean {
    return left_out_count > 0 || (isTooLong(line) && !budget.take(clock.now()));
  }

  function isTooLong(line: string): boolean {
    return waiting.length + 1 + line.length > LONGEST_TEXT;
  }

  return (line, pace) => {
    if (pace === "soon" && isOver(line)) {
      left_out_count += 1;
      return;
    }
    if (isTooLong(line)) flush();
    waiting = joined(waiting, line);
    if (pace === "now") flush();
    else if (!will_flush) flushLater();
  };
}

function joined(before: string, after: string): string {
  return before === "" ? after : `${before}\n${after}`;
}
