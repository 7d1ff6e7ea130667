import type { Scope } from "../access/scope.ts";
import type { Resource } from "../resource/resource.ts";
import type { Entry } from "./entry.ts";
import type { ViewStateMap } from "./view_state.ts";

/** How long answers may outlive a source that has gone: after a day nobody should mistake them for analytics. */
export const LONGEST_STALE_MS = 86_400_000;

/** Whether a kept entry is young enough for this resource: a bound beside, and above, the view's version. */
export function isReusable(resource: Resource, entry: Entry, now: number): boolean {
  return now - entry.read_at < resource.max_age_seconds * 1_000;
}

/**
 * How long answers that rest on rights may outlive a source that has gone. Rights end while it is gone, too, and an answer that
 * ignores it an hour later is a leak.
 */
export const LONGEST_STALE_RIGHTS_MS = 900_000;

/**
 * Whether an answer rests on rights: it holds the rows of some callers only, or something in it is read live, such as who
 * reports to whom. Then what a newer version took away must not be shown any more, not even for the moment in which another
 * isolate reads that version.
 */
export function restsOnRights(resource: Resource, scope: Scope, states: ViewStateMap): boolean {
  return scope.restriction !== null ||
    [resource.view, ...resource.reads ?? []].some((name) => states[name]?.live === true);
}
