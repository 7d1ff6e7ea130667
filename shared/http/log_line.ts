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
  const { request_id, resource } = exchange;
  const outcome = error?.code ?? exchange.outcome;
  const ms = Math.round(milliseconds * 10) / 10;
  if (error === null && events.length === 0 && ROUTINE.has(cache)) {
    // Words of our own, which need no escaping: JSON.stringify() takes as long as all the rest of a hit's bookkeeping.
    const named = resource === null ? "null" : `"${resource}"`;
    log(
      `{"request_id":"${request_id}","resource":${named},"outcome":"${outcome}","status":${status},"cache":"${cache}","ms":${ms}}`,
      "soon",
    );
    return;
  }
  const line = {
    ...{ request_id, resource, outcome, status, cache, ms },
    ...(events.length > 0 ? { events } : {}),
    ...(error !== null && error.defect !== null ? { defect: error.defect } : {}),
  };
  log(JSON.stringify(line), "now");
}
