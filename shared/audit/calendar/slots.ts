import type { CalendarSchedule } from "./schedule.ts";

/** How far the wall clock is ahead of UTC at a moment, in milliseconds. */
export type OffsetAt = (moment: number) => number;

export interface Search {
  /** Milliseconds since the epoch; itself a candidate. */
  readonly from: number;
  readonly direction: "forwards" | "backwards";
  /** Milliseconds since the epoch; the search ends there. */
  readonly until: number;
  readonly offsetAt: OffsetAt;
}

const MINUTE = 60_000;
/** Clocks change at quarters of an hour and by quarters of an hour. */
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The nearest minute at which pg_cron starts the job, in milliseconds since the epoch; null when there is none. pg_cron
 * checks the wall clock of each minute that passes: a minute that a clock change skips has no slot, one that it repeats
 * has two.
 */
export function findSlot(schedule: CalendarSchedule, search: Search): number | null {
  const { from, until, offsetAt } = search;
  const forwards = search.direction === "forwards";
  let moment = forwards ? Math.ceil(from / MINUTE) * MINUTE : Math.floor(from / MINUTE) * MINUTE;

  while (forwards ? moment <= until : moment >= until) {
    const offset = offsetAt(moment);
    const mismatch = smallestMismatch(schedule, moment + offset);
    if (mismatch === null) return moment;
    const start = Math.floor((moment + offset) / mismatch) * mismatch - offset;
    const target = forwards ? start + mismatch : start - MINUTE;
    if (offsetAt(target) === offset) {
      moment = target;
    } else {
      const quarter = Math.floor(moment / QUARTER) * QUARTER;
      const step = forwards ? quarter + QUARTER : quarter - MINUTE;
      moment = mismatch === MINUTE ? target : step;
    }
  }
  return null;
}

/** The span around a wall time in which no minute can match, in milliseconds; null when the minute itself matches. */
function smallestMismatch(schedule: CalendarSchedule, wall: number): number | null {
  const time = new Date(wall);
  if (!fitsDay(schedule, time)) return DAY;
  if (!schedule.hours.has(time.getUTCHours())) return HOUR;
  return schedule.minutes.has(time.getUTCMinutes()) ? null : MINUTE;
}

function fitsDay(schedule: CalendarSchedule, time: Date): boolean {
  if (!schedule.months.has(time.getUTCMonth() + 1)) return false;
  const is_last = new Date(time.getTime() + DAY).getUTCDate() === 1;
  const of_month = schedule.days.has(time.getUTCDate()) || (schedule.has_last_day && is_last);
  const of_week = schedule.weekdays.has(time.getUTCDay());
  return schedule.needs_both_days ? of_month && of_week : of_month || of_week;
}
