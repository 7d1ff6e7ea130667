import type { OffsetAt } from "./slots.ts";

/** The names of PostgreSQL for a zone without clock changes. */
const UTC = /^(?:gmt|utc|etc\/(?:gmt|utc|universal|zulu)|universal|zulu)$/i;

/** Clocks change at quarters of an hour. */
const QUARTER = 900_000;

/** The wall clock of a time zone; null for a name that only PostgreSQL knows: it accepts POSIX rules as well. */
export function zoneOffset(timezone: string): OffsetAt | null {
  if (UTC.test(timezone)) return () => 0;
  const format = zoneFormat(timezone);
  if (format === null) return null;
  // Computed once for each quarter: hundreds of jobs, searched over years, need the same days, and Intl is slow.
  const known = new Map<number, number>();
  return (moment) => {
    const quarter = Math.floor(moment / QUARTER);
    const offset = known.get(quarter) ?? offsetOf(format, moment);
    known.set(quarter, offset);
    return offset;
  };
}

function offsetOf(format: Intl.DateTimeFormat, moment: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(moment)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(moment / 60_000) * 60_000;
}

function zoneFormat(timeZone: string): Intl.DateTimeFormat | null {
  const shape = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...shape, timeZone, hourCycle: "h23", calendar: "gregory" });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
