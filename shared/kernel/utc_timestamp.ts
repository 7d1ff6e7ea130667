import { z } from "zod";

const UTC_OFFSET = /[+-]00(?::?00)?$/;

/**
 * Writes an ISO timestamp with `Z`. If the offset is already zero the digits are kept, because `Date` would cut
 * PostgreSQL's microseconds to milliseconds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(toUtc("2026-01-02T03:04:05.678901+00:00"), "2026-01-02T03:04:05.678901Z");
 * ```
 */
export function toUtc(timestamp: string): string {
  if (timestamp.endsWith("Z")) return timestamp;
  if (UTC_OFFSET.test(timestamp)) return timestamp.replace(UTC_OFFSET, "Z");
  return new Date(timestamp).toISOString();
}

/** Parses a timestamptz as PostgreSQL prints it in jsonb: any offset in, `Z` out. */
export const utcTimestamp = z.iso.datetime({ offset: true }).transform(toUtc);

/** The UTC day of a moment in milliseconds since the epoch, YYYY-MM-DD. */
export function utcDay(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
