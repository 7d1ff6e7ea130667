import type { AppError } from "../core/app_error.ts";
import { type CacheWord, cacheWord, notableEvents } from "../core/cache_event.ts";
import type { Log } from "../core/log.ts";
import type { Exchange } from "./exchange.ts";

export interface Outcome {
  readonly status: number;
  readonly error: AppError | null;
  readonly milliseconds: number;
}

/** Ways in which nearly every answer comes about: their lines may wait a moment. */
const ROUTINE: ReadonlySet<CacheWord> = new Set<CacheWord>(["memory", "not_modified", "shared"]);

/** Writes the one line of a request. Nothing in it names a person or repeats what a caller wrote. */
export function logRequest(log: Log, exchange: Exchange, { status, error, milliseconds }: Outcome): void {
  const cache = cacheWord(exchange.events);
  const events = notableEvents(exchange.events);
  // What is undefined is left out.
  const line = JSON.stringify({
    request_id: exchange.request_id,
    resource: exchange.resource,
    outcome: error?.code ?? exchange.outcome,
    status,
    cache,
    ms: Math.round(milliseconds * 10) / 10,
    events: events.length > 0 ? events : undefined,
    defect: error?.defect ?? undefined,
  });
  log(line, error === null && events.length === 0 && ROUTINE.has(cache) ? "soon" : "now");
}
