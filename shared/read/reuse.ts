import type { Scope } from "../access/scope.ts";
import type { Resource } from "../resource/resource.ts";
import type { Entry } from "./entry.ts";
import type { ViewStateMap } from "./view_state.ts";

/** How long answers may be served while the source is down: after a day they should not be mistaken for analytics. */
export const LONGEST_STALE_MS = 86_400_000;

/** Whether a kept entry is young enough for this resource: a limit in addition to the view's version. */
export function isReusable(resource: Resource, entry: Entry, now: number): boolean {
  return now - entry.read_at < resource.max_age_seconds * 1_000;
}

/**
 * How long answers that depend on access rights may be served while the source is down. Rights end meanwhile, too, and an
 * answer that ignores this an hour later is a leak.
 */
export const LONGEST_STALE_RIGHTS_MS = 900_000;

/**
 * Whether an answer depends on access rights: it holds the rows of some callers only, or reads a live relation, such as the
 * reporting lines. Rows that a newer version took away must then not be shown any more, not even for the moment in which
 * another isolate reads that version.
 */
export function restsOnRights(resource: Resource, scope: Scope, states: ViewStateMap): boolean {
  return scope.restriction !== null ||
    [resource.view, ...resource.reads ?? []].some((name) => states[name]?.live === true);
}
