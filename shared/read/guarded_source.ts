import { isUnavailable, sourceUnavailable } from "../kernel/app_error.ts";
import { Breaker } from "../kernel/breaker.ts";
import type { Clock } from "../kernel/ports.ts";
import { Semaphore } from "../kernel/semaphore.ts";
import type { Source } from "./source.ts";

/**
 * Puts a bound and a breaker before the source: at most 8 reads of one isolate at once and 64 in line, and after 5
 * unanswered questions a pause of 2 s in which nobody waits for a timeout. Which versions are current is one question for
 * all of them, and stands in no line: behind a crowd it would come too late, and what was taken away be shown meanwhile.
 */
export function guardSource(source: Source, clock: Clock): Source {
  const semaphore = new Semaphore({ permits: 8, queue: 64 });
  const breaker = new Breaker({ clock, failures: 5, open_ms: 2_000 });

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    // Asked inside the permit: those in line behind a dead source then fail at once instead of one timeout each.
    if (!breaker.allows()) throw sourceUnavailable("the source's breaker is open");
    try {
      const answer = await question();
      breaker.succeeded();
      return answer;
    } catch (error) {
      // A refusal is an answer: the source is alive.
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
  };
}
