import type { AppError } from "../core/app_error.ts";
import { cacheWord, notableEvents } from "../core/cache_event.ts";
import type { Exchange } from "./exchange.ts";

export interface Outcome {
  readonly status: number;
  readonly error: AppError | null;
  readonly milliseconds: number;
}

/** The one line of a request. Nothing in it names a person or repeats what a caller wrote. */
export function logLine(exchange: Exchange, outcome: Outcome): string {
  const { status, error } = outcome;
  const events = notableEvents(exchange.events);
  return JSON.stringify({
    request_id: exchange.request_id,
    resource: exchange.resource,
    outcome: error?.code ?? exchange.outcome,
    status,
    cache: cacheWord(exchange.events),
    ms: Math.round(outcome.milliseconds * 10) / 10,
    ...(events.length > 0 ? { events } : {}),
    ...(error?.defect ? { defect: error.defect } : {}),
  });
}
