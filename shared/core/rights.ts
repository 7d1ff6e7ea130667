import type { Resource } from "./resource.ts";
import type { Scope } from "./scope.ts";
import type { ViewStateMap } from "./view_state.ts";

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
