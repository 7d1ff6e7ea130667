const MAX_AGE = /(?:^|,)\s*max-age="?(\d{1,9})"?\s*(?=,|$)/i;

/**
 * The greatest age of rows, in seconds, that the caller accepts: the smaller of `?max_age=` and the request's
 * `Cache-Control`. Browsers send `max-age=0` and `no-cache` when a page is reloaded, and mean "ask the origin": every answer
 * comes from the origin, so these demand nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(demandedAge("max-age=60", null), 60);
 * assert.equal(demandedAge("no-cache, max-age=0", null), null);
 * assert.equal(demandedAge("max-age=60", 30), 30);
 * ```
 */
export function demandedAge(cache_control: string | null, max_age: number | null): number | null {
  if (cache_control === null) return max_age;
  const demanded = Number(MAX_AGE.exec(cache_control)?.[1] ?? 0);
  if (demanded === 0) return max_age;
  return max_age === null ? demanded : Math.min(demanded, max_age);
}
