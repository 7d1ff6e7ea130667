import { isUnavailable, sourceUnavailable } from "../kernel/app_error.ts";
import { Breaker } from "../kernel/breaker.ts";
import type { Clock } from "../kernel/ports.ts";
import { Semaphore } from "../kernel/semaphore.ts";
import type { Source } from "./source.ts";

/**
 * Puts a limit and a breaker before the source: at most 8 concurrent reads of one isolate and 64 in the queue, and after 5
 * unanswered queries a pause of 2 s in which no request waits for a timeout. The query for current versions is one for all
 * requests, and bypasses the queue: behind a crowd it would come too late, and rows that were revoked would be shown
 * meanwhile.
 */
export function guardSource(source: Source, clock: Clock): Source {
  const semaphore = new Semaphore({ permits: 8, queue: 64 });
  const breaker = new Breaker({ clock, failures: 5, open_ms: 2_000 });

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    // Checked inside the permit: requests queued behind a dead source then fail at once instead of after one timeout each.
    if (!breaker.allows()) throw sourceUnavailable("the source's breaker is open");
    try {
      const answer = await question();
      breaker.succeeded();
      return answer;
    } catch (error) {
      // A refusal is an answer: the source is up.
      if (isUnavailable(error)) breaker.failed();
      else breaker.succeeded();
      throw error;
    }
  }

  function run<T>(question: () => Promise<T>): Promise<T> {
    return semaphore.run(() => ask(question), () => sourceUnavailable("too many questions wait for the source"));
  }

  return {
    states: () => ask(() => source.states()),
    read: (view, request) => run(() => source.read(view, request)),
    readPerson: (view, request, reading) => run(() => source.readPerson(view, request, reading)),
  };
}
