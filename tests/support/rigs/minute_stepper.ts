import type { DrawnSchedule } from "../random/drawn_schedule.ts";

/** A scheduler that checks every minute, like pg_cron's loop: slow, but simple enough to be obviously right. */
export interface MinuteStepper {
  /** The first and the last minute within both bounds at which the job starts. */
  first(from: number, until: number): number | null;
  last(from: number, until: number): number | null;
}

const MINUTE = 60_000;

export function minuteStepper(schedule: DrawnSchedule, timeZone: string): MinuteStepper {
  const wall = wallClock(timeZone);
  // Vixie cron's star flags depend on the first character of a field, not on its meaning.
  const star = schedule.day.text[0] === "*" || schedule.weekday.text[0] === "*";

  function fires(minute: number): boolean {
    const time = wall(minute);
    const day = schedule.day.numbers.has(time.day) || (schedule.has_last_day && time.day === time.days_in_month);
    const weekday = schedule.weekday.numbers.has(time.weekday) ||
      (time.weekday === 0 && schedule.weekday.numbers.has(7));
    return schedule.minute.numbers.has(time.minute) && schedule.hour.numbers.has(time.hour) &&
      schedule.month.numbers.has(time.month) && (star ? day && weekday : day || weekday);
  }

  return {
    first(from, until) {
      for (let minute = Math.ceil(from / MINUTE) * MINUTE; minute <= until; minute += MINUTE) {
        if (fires(minute)) return minute;
      }
      return null;
    },
    last(from, until) {
      for (let minute = Math.floor(until / MINUTE) * MINUTE; minute >= from; minute -= MINUTE) {
        if (fires(minute)) return minute;
      }
      return null;
    },
  };
}

interface WallTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
  readonly days_in_month: number;
}

const NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function wallClock(timeZone: string): (moment: number) => WallTime {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (moment) => {
    const text = format.format(moment);
    const match = /^(\w{3}), (\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(text);
    if (match === null) throw new Error(`The clock says "${text}", which is not understood`);
    const [, weekday = "", month, day, year, hour, minute] = match;
    return {
      weekday: NAMES.indexOf(weekday),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      days_in_month: new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate(),
    };
  };
}
