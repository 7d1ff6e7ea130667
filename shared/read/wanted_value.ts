import type { Filter } from "../resource/definition.ts";

/** What a filter compares its column with; null if it does not filter. */
export function valueOf(filter: Filter, given: unknown): unknown {
  if (given === undefined) return null;
  return (filter.values === undefined ? given : filter.values[String(given)]) ?? null;
}
