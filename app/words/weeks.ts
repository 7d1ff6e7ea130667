import { shortDay } from "./numbers.ts";

/** Weeks begin on Monday and days are UTC, as in the API. All days here are ISO dates. */
const DAY_MS = 86_400_000;

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return isoOf(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS);
}

export function weeksBefore(monday: string, weeks: number): string {
  return isoOf(Date.parse(`${monday}T00:00:00Z`) - 7 * weeks * DAY_MS);
}

/** Ten years. A clock that began at 1970 would have a browser draw thousands of empty weeks. */
const MOST_WEEKS = 520;

/**
 * Every Monday from the first to the last of these, so that a week without a row is a gap and not left out. Where there
 * would be too many for a page, those with a row alone.
 */
export function mondaysOver(mondays: readonly string[]): string[] {
  const sorted = [...new Set(mondays)].sort();
  const [first, last] = [Date.parse(`${sorted[0]}T00:00:00Z`), Date.parse(`${sorted.at(-1)}T00:00:00Z`)];
  if (last - first >= MOST_WEEKS * 7 * DAY_MS) return sorted;
  const found: string[] = [];
  for (let at = first; at <= last; at += 7 * DAY_MS) found.push(isoOf(at));
  return found;
}

/** "2 Nov", for an axis; with the year at its first week. */
export function shortWeek(monday: string, locale?: string): string {
  const at = new Date(`${monday}T00:00:00Z`);
  const text = shortDay(monday, locale);
  const is_first = at.getUTCMonth() === 0 && at.getUTCDate() <= 7;
  return is_first ? `${text} ${monday.slice(0, 4)}` : text;
}

function isoOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
