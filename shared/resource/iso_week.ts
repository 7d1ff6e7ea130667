import { utcDay } from "../kernel/utc_timestamp.ts";

const DAY_MS = 86_400_000;

/**
 * The Monday of a day's ISO week; both are YYYY-MM-DD.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(mondayOf("2026-01-01"), "2025-12-29");
 * ```
 */
export function mondayOf(day: string): string {
  const moment = Date.parse(`${day}T00:00:00Z`);
  const days_since_monday = (new Date(moment).getUTCDay() + 6) % 7;
  return utcDay(moment - days_since_monday * DAY_MS);
}
