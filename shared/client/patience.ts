import { failureOf, type Reply } from "./reply.ts";
import type { FreshetError } from "./failure.ts";

/** How often, and how long, a read waits when the API asks it to. */
export interface Patience {
  /** Attempts after the first; 2 when left out. */
  readonly retries?: number | undefined;
  /** A `Retry-After` beyond this many seconds is not waited for; 30 when left out. */
  readonly longest_wait_seconds?: number | undefined;
  /** Waits between attempts, and throws the signal's reason when it aborts. For tests. */
  readonly sleep?: ((milliseconds: number, signal: AbortSignal | null) => Promise<void>) | undefined;
}

/** Sends again while the API asks to come back later (503 and 429 with `Retry-After`) and attempts are left. */
export async function sendPatiently(
  send: () => Promise<Reply>,
  { retries = 2, longest_wait_seconds = 30, sleep = pause }: Patience,
  signal: AbortSignal | null,
): Promise<Reply | FreshetError> {
  for (let left = retries;; left--) {
    const reply = await send();
    if (reply.status < 400) return reply;
    const failure = failureOf(reply);
    const seconds = failure.retry_after_seconds;
    const asks_to_wait = reply.status === 503 || reply.status === 429;
    if (left <= 0 || !asks_to_wait || seconds === null || seconds > longest_wait_seconds) return failure;
    await sleep(seconds * 1_000, signal);
  }
}

/** Waits; throws the signal's reason when it aborts. */
export function pause(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
