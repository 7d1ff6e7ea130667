import type { ServerPosition } from "./server.ts";
import { generation, type ViewStateMap } from "./view_state.ts";

/** A replica may answer what rests on rights if it is known to be less than this behind the primary. */
export const LARGEST_LAG_MS = 1_000;

/** What the primary last said of itself. */
export interface Sighting {
  readonly server: string;
  readonly position: number;
  /** From before the primary was asked, in milliseconds since the epoch, by this isolate's clock. */
  readonly at: number;
}

/** What is known when an answer comes. */
export interface Expected {
  /** The newest states that this isolate has seen, of whatever the answer rests on. */
  readonly seen: ViewStateMap;
  readonly rests_on_rights: boolean;
  /** Null if the primary has not been asked. */
  readonly primary: Sighting | null;
  /** The primary's; null if it is not known. */
  readonly history: string | null;
  readonly now: number;
}

/**
 * - `good`: it may be served.
 * - `stranger`: from a server that does not follow the primary: a replica that was promoted, of another database, of a
 *   restored copy, or from before the primary was restored.
 * - `behind`: older than what this isolate has seen.
 * - `lagging`: it rests on rights, and its server is not known to be less than a second behind.
 */
export type Verdict = "good" | "stranger" | "behind" | "lagging";

/** Why the primary was asked instead of the read address. */
export type Left = Exclude<Verdict, "good"> | "down" | "too_long";

/** Whether what came from the read address may be served. What is not `good` is asked of the primary again. */
export function judge(
  { server, states }: { readonly server: ServerPosition; readonly states: ViewStateMap },
  { seen, rests_on_rights, primary, history, now }: Expected,
): Verdict {
  // The primary behind a load balancer decides what is current, also after it was restored from a backup.
  if (!server.is_replica) return server.server === primary?.server ? "good" : "stranger";
  if (server.history !== history || contradicts(states, seen)) return "stranger";
  if (isOlder(states, seen)) return "behind";
  return rests_on_rights && !isCurrent(server, primary, now) ? "lagging" : "good";
}

/**
 * Known to be less than a second behind: by the time of its last commit while the primary writes, or because it has reached
 * a position that the primary had less than a second ago.
 */
function isCurrent({ lag_ms, position }: ServerPosition, primary: Sighting | null, now: number): boolean {
  if (lag_ms !== null && lag_ms < LARGEST_LAG_MS) return true;
  return primary !== null && position >= primary.position && now - primary.at < LARGEST_LAG_MS;
}

/**
 * Whether a view was refreshed to a version at another moment than the one that was seen: the histories have parted, also
 * where a copy of the disk has kept the system identifier and the timeline.
 */
function contradicts(states: ViewStateMap, seen: ViewStateMap): boolean {
  return Object.entries(states).some(([name, state]) => {
    const known = seen[name];
    // Two writes that commit at once may become visible in another order on a replica: so live relations prove nothing.
    if (state.live === true || known?.version !== state.version) return false;
    return known.refreshed_at !== null && state.refreshed_at !== null && generation(known) !== generation(state);
  });
}

/** Whether any of these states is older than the one that was seen. */
export function isOlder(states: ViewStateMap, seen: ViewStateMap): boolean {
  return Object.entries(states).some(([name, { version }]) => version < (seen[name]?.version ?? 0));
}

/** The newest state of each view in either. */
export function newest(left: ViewStateMap, right: ViewStateMap): ViewStateMap {
  const newer = Object.entries(right).filter(([name, { version }]) => version >= (left[name]?.version ?? 0));
  return { ...left, ...Object.fromEntries(newer) };
}
