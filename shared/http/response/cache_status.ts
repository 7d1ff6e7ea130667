import { type CacheEvent, type CacheWord, cacheWord } from "../../cache/event.ts";

/** The `Cache-Status` member (RFC 9211) for each origin of an answer. */
const MEMBERS: Readonly<Record<CacheWord, string>> = {
  none: "fwd=bypass",
  not_modified: "hit",
  memory: "hit; detail=memory",
  shared: "hit; detail=redis",
  source: "fwd=uri-miss; stored; detail=postgres",
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
  const kept = word !== "source" || events.some((event) => event.type === "stored");
  return `Freshet; ${kept ? MEMBERS[word] : MEMBERS[word].replace(" stored;", "")}`;
}
