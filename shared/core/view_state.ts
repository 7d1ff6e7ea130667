import { z } from "zod";
import { utcTimestamp } from "./utc_timestamp.ts";

/** What the database says of one view. Unknown fields are dropped, so the registry may grow before the functions do. */
export const viewState = z.object({
  /** Moves only when rows were recomputed. */
  version: z.int().min(0),
  refreshed_at: utcTimestamp.nullable(),
  /** Moves also when a refresh found the sources unchanged: the rows were true at this moment. */
  verified_at: utcTimestamp.nullable(),
  source_as_of: utcTimestamp.nullable(),
  stale_after_seconds: z.number().positive(),
  populated: z.boolean(),
});

export const viewStates = z.record(z.string(), viewState);

export type ViewState = z.output<typeof viewState>;
export type ViewStateMap = z.output<typeof viewStates>;

/**
 * The version as a cache sees it. It holds the refresh time too: a database that was reset or restored counts from one
 * again, and its version 3 must not meet the version 3 that a shared cache or a browser still keeps.
 */
export function generation(state: ViewState): string {
  const moment = state.refreshed_at === null ? 0 : Date.parse(state.refreshed_at);
  return `${state.version}.${moment.toString(36)}`;
}
