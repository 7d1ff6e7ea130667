import type { Entry } from "./entry.ts";
import type { Resource } from "./resource.ts";

/** How long answers may outlive a source that has gone: after a day nobody should mistake them for analytics. */
export const LONGEST_STALE_MS = 86_400_000;

/** Whether a kept entry is young enough for this resource: a bound beside, and above, the view's version. */
export function isReusable(resource: Resource, entry: Entry, now: number): boolean {
  return now - entry.read_at < resource.max_age_seconds * 1_000;
}
