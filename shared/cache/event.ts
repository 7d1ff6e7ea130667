/**
 * Every event that the read path reports. The union is closed, and events are the only logging below `http/`: they feed
 * the request's one log line and its `Cache-Status` header, and tests assert on them.
 */
export type CacheEvent =
  | { readonly type: "pointer_refreshed"; readonly from: "shared" | "source" }
  /** The source did not answer, so the last known versions are used. */
  | { readonly type: "pointer_stale" }
  | { readonly type: "not_modified" }
  | { readonly type: "memory_hit" }
  | { readonly type: "memory_missed" }
  /** Joined another request that was already fetching the same answer. */
  | { readonly type: "collapsed" }
  | { readonly type: "shared_hit" }
  | { readonly type: "shared_missed" }
  | {
    readonly type: "shared_failed";
    readonly operation: "read" | "acquire" | "commit" | "count";
    readonly reason: string;
  }
  /** The circuit breaker is open: the shared cache was not asked. */
  | { readonly type: "shared_skipped" }
  /** The shared cache returned an entry of another key: a collision, a fault, or an attack. */
  | { readonly type: "key_mismatch" }
  | { readonly type: "entry_malformed" }
  | { readonly type: "lock_won" }
  | { readonly type: "lock_lost" }
  /** Another isolate is fetching this version; the previous version was served meanwhile. */
  | { readonly type: "previous_served" }
  | { readonly type: "waited"; readonly milliseconds: number; readonly found: boolean }
  | { readonly type: "source_read"; readonly milliseconds: number }
  /** A replica read the rows; `lag_ms` is an upper bound of its lag, and grows while the primary writes nothing. */
  | { readonly type: "replica_read"; readonly lag_ms: number | null }
  /** The read address could not give this answer, and the primary was asked. */
  | { readonly type: "replica_left"; readonly why: "down" | "behind" | "lagging" | "stranger" | "too_long" }
  /** The database took a second or more for one read, whether it answered or was given up. */
  | { readonly type: "source_slow"; readonly milliseconds: number }
  /** Another person's rows were read: no cache was asked, and none keeps them. */
  | { readonly type: "person_read" }
  | { readonly type: "source_failed" }
  /** The source did not answer, and a cached answer was served instead. */
  | { readonly type: "stale_served" }
  | { readonly type: "stored" }
  | { readonly type: "too_large_to_keep"; readonly bytes: number }
  /** The caller demanded younger rows than the view had, and the resource refreshes on demand. */
  | { readonly type: "refresh_demanded"; readonly outcome: "queued" | "refreshed" | "refused" | "failed" }
  | { readonly type: "background_failed"; readonly reason: string };

/** Reports an event as it happens. */
export type Emit = (event: CacheEvent) => void;

/** Where an answer came from, in one word for the log. */
export type CacheWord =
  | "none"
  | "not_modified"
  | "memory"
  | "shared"
  | "source"
  | "person"
  | "collapsed"
  | "previous"
  | "stale";

const WORDS: Readonly<Partial<Record<CacheEvent["type"], CacheWord>>> = {
  not_modified: "not_modified",
  memory_hit: "memory",
  collapsed: "collapsed",
  waited: "collapsed",
  shared_hit: "shared",
  source_read: "source",
  person_read: "person",
  previous_served: "previous",
  stale_served: "stale",
};

/** The events that the log line lists by name, for operators. */
const NOTABLE: ReadonlySet<CacheEvent["type"]> = new Set<CacheEvent["type"]>([
  "pointer_stale",
  "shared_failed",
  "shared_skipped",
  "key_mismatch",
  "entry_malformed",
  "source_slow",
  "replica_left",
  "source_failed",
  "too_large_to_keep",
  "refresh_demanded",
  "background_failed",
]);

/** The last event that has a word decides: a stale answer outranks the failed read before it. */
export function cacheWord(events: readonly CacheEvent[]): CacheWord {
  const found = events.findLast((event) => event.type in WORDS);
  return (found && WORDS[found.type]) ?? "none";
}

/** The slowest read of the database that took a second or more, in milliseconds; null if none did. */
export function slowestRead(events: readonly CacheEvent[]): number | null {
  let slowest: number | null = null;
  for (const event of events) {
    if (event.type === "source_slow" && event.milliseconds > (slowest ?? 0)) slowest = event.milliseconds;
  }
  return slowest;
}

/** The types of the notable events, each once, in order of first occurrence: why a replica was left is part of its name. */
export function notableEvents(events: readonly CacheEvent[]): readonly string[] {
  const types: string[] = [];
  for (const event of events) {
    if (!NOTABLE.has(event.type)) continue;
    const name = event.type === "replica_left" ? `replica_left_${event.why}` : event.type;
    if (!types.includes(name)) types.push(name);
  }
  return types;
}

/**
 * What became of the replica, as a metric of `Server-Timing`; null without replicas.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(replicaTiming([{ type: "replica_read", lag_ms: 12 }]), 'replica;desc="read, lag 12 ms"');
 * assert.equal(replicaTiming([{ type: "replica_left", why: "down" }]), 'replica;desc="left, down"');
 * assert.equal(replicaTiming([{ type: "memory_hit" }]), null);
 * ```
 */
export function replicaTiming(events: readonly CacheEvent[]): string | null {
  for (const event of events.toReversed()) {
    if (event.type === "replica_left") return `replica;desc="left, ${event.why}"`;
    if (event.type === "replica_read") {
      return `replica;desc="read, lag ${event.lag_ms === null ? "unknown" : `${event.lag_ms} ms`}"`;
    }
  }
  return null;
}
