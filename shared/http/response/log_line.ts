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
  /** The slowest read of the database that took a second or more; null if none did. */
  readonly source_ms: number | null;
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
  return (exchange, { status, error, milliseconds, source_ms }) => {
    const cache = cacheWord(exchange.events);
    const events = notableEvents(exchange.events);
    const { request_id, resource } = exchange;
    const ms = Math.round(milliseconds * 10) / 10;
    const outcome = error?.code ?? exchange.outcome;
    const noted = { source_ms: source_ms ?? undefined, events: events.length > 0 ? events : undefined };
    const line = { request_id, resource, outcome, status, cache, ms, ...noted };
    if (error !== null && error.defect !== null) return writeDefect(line, error.defect);
    log(JSON.stringify(line), error === null && events.length === 0 && ROUTINE.has(cache) ? "soon" : "now");
  };

  async function writeDefect(line: object, text: string): Promise<void> {
    const defect = await scrubber().then(({ scrubMessage }) => scrubMessage(text), () => "[the scrubber did not load]");
    log(JSON.stringify({ ...line, defect }), "now");
  }
}
