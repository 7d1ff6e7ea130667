import { type CacheEvent, type CacheWord, cacheWord } from "../../cache/event.ts";

/** The `Cache-Status` member (RFC 9211) for each origin of an answer. */
const MEMBERS: Readonly<Record<Exclude<CacheWord, "source">, string>> = {
  none: "fwd=bypass",
  not_modified: "hit",
  memory: "hit; detail=memory",
  shared: "hit; detail=redis",
  person: "fwd=bypass; detail=postgres",
  collapsed: "fwd=uri-miss; collapsed",
  previous: "hit; detail=previous-version",
  stale: "hit; detail=source-down",
};

/**
 * Where the answer came from.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(cacheStatus([{ type: "memory_hit" }]), "Freshet; hit; detail=memory");
 * ```
 */
export function cacheStatus(events: readonly CacheEvent[]): string {
  const word = cacheWord(events);
  if (word !== "source") return `Freshet; ${MEMBERS[word]}`;
  const stored = events.some(({ type }) => type === "stored") ? " stored;" : "";
  const detail = events.some(({ type }) => type === "replica_read") ? "replica" : "postgres";
  return `Freshet; fwd=uri-miss;${stored} detail=${detail}`;
}
