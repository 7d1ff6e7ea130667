import type { AppError } from "../../kernel/app_error.ts";
import { type CacheWord, cacheWord, notableEvents } from "../../cache/event.ts";
import { loadOnce } from "../../kernel/load_once.ts";
import type { Log } from "../../kernel/ports.ts";
import type { MaybePromise } from "../../kernel/maybe_promise.ts";
import type { Exchange } from "../request/exchange.ts";

export interface Outcome {
  readonly status: number;
  readonly error: AppError | null;
  readonly milliseconds: number;
}

/** The origins of nearly all answers: their lines may be written a moment later. */
const ROUTINE: ReadonlySet<CacheWord> = new Set<CacheWord>(["memory", "not_modified", "shared"]);

/** Loaded with the first defect: most isolates never have any. */
const scrubber = loadOnce(() => import("../../kernel/scrub/message.ts"));

/**
 * Writes the one line of a request. Nothing in it names a person or repeats text of a caller. A line with a defect is
 * written asynchronously, and awaited.
 */
export function createRequestLog(log: Log): (exchange: Exchange, outcome: Outcome) => MaybePromise<void> {
  // What routine lines of one resource share: putting it into JSON each time would take a tenth of a 304.
  const shared = new Map<string, Map<CacheWord, string>>();

  function sharedBy({ resource, outcome }: Exchange, cache: CacheWord, status: number): string {
    const name = resource ?? "";
    const words = shared.get(name) ?? new Map<CacheWord, string>();
    const known = words.get(cache);
    if (known !== undefined) return known;
    // A routine answer is a 304 exactly when the caller had it already, and a 200 otherwise.
    const made = JSON.stringify({ resource, outcome, status, cache }).slice(1, -1);
    shared.set(name, words.set(cache, made));
    return made;
  }

  return (exchange, { status, error, milliseconds }) => {
    const cache = cacheWord(exchange.events);
    const events = notableEvents(exchange.events);
    const { request_id, resource } = exchange;
    const ms = Math.round(milliseconds * 10) / 10;
    if (error === null && events.length === 0 && ROUTINE.has(cache)) {
      log(`{"request_id":"${request_id}",${sharedBy(exchange, cache, status)},"ms":${ms}}`, "soon");
      return;
    }
    const line = {
      ...{ request_id, resource, outcome: error?.code ?? exchange.outcome, status, cache, ms },
      ...(events.length > 0 ? { events } : {}),
    };
    if (error !== null && error.defect !== null) return writeDefect(line, error.defect);
    log(JSON.stringify(line), "now");
  };

  async function writeDefect(line: object, text: string): Promise<void> {
    const defect = await scrubber().then(({ scrubMessage }) => scrubMessage(text), () => "[the scrubber did not load]");
    log(JSON.stringify({ ...line, defect }), "now");
  }
}
