/** A schedule of pg_cron, read as pg_cron reads it. */
export type Schedule =
  /** `30 seconds`: an interval after the last start, not a time of day. */
  | { readonly kind: "seconds"; readonly seconds: number }
  /** `@reboot`: when the scheduler starts, not at a time of day. */
  | { readonly kind: "reboot" }
  | CalendarSchedule;

export interface CalendarSchedule {
  readonly kind: "calendar";
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  /** `$`: the last day of the month. */
  readonly has_last_day: boolean;
  /** 1 is January. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Day of month and day of week must both match; otherwise one of them is enough. */
  readonly needs_both_days: boolean;
}

export interface ParseOptions {
  /** `cron.match_dom_and_dow`: both days must match, however the schedule is written. */
  readonly matches_both_days: boolean;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const NAMED: Readonly<Record<string, string>> = {
  yearly: "0 0 1 1 *",
  annually: "0 0 1 1 *",
  monthly: "0 0 1 * *",
  weekly: "0 0 * * 0",
  daily: "0 0 * * *",
  midnight: "0 0 * * *",
  hourly: "0 * * * *",
};

/**
 * Reads a schedule with Vixie's rules as pg_cron keeps them: `*` and `*` with a step make day of month and day of week
 * bind together, a range that runs backwards is empty, and what follows a complete field or the fifth one is ignored.
 *
 * @returns null when pg_cron would refuse it
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { parseSchedule } from "./schedule.ts";
 *
 * const schedule = parseSchedule("*\/10 9-17 * * mon-fri");
 * equal(schedule?.kind === "calendar" && schedule.minutes.size, 6);
 * equal(parseSchedule("5/10 * * * *"), null);
 * ```
 */
export function parseSchedule(text: string, options: ParseOptions = { matches_both_days: false }): Schedule | null {
  const seconds = /^\s*(\d{1,9})\s+seconds?\s*$/i.exec(text)?.[1];
  if (seconds !== undefined) {
    const count = Number(seconds);
    return count >= 1 && count <= 59 ? { kind: "seconds", seconds: count } : null;
  }
  const name = /^\s*@([^ \t\n]*)/.exec(text)?.[1];
  if (name === "reboot" || name === "restart") return { kind: "reboot" };
  const fields = (name === undefined ? text : NAMED[name] ?? "").trimStart().split(/[ \t]+/);
  const [minute, hour, day, month, weekday] = fields;
  if (
    minute === undefined || hour === undefined || day === undefined || month === undefined || weekday === undefined
  ) return null;

  const has_last_day = day === "$";
  const minutes = parseField(minute, { low: 0, high: 59 });
  const hours = parseField(hour, { low: 0, high: 23 });
  const days = has_last_day ? new Set<number>() : parseField(day, { low: 1, high: 31 });
  const months = parseField(month, { low: 1, high: 12, names: MONTHS });
  const weekdays = parseField(weekday, { low: 0, high: 7, names: WEEKDAYS });
  if (minutes === null || hours === null || days === null || months === null || weekdays === null) return null;

  return {
    kind: "calendar",
    minutes,
    hours,
    days,
    has_last_day,
    months,
    weekdays: new Set([...weekdays].map((number) => number % 7)),
    needs_both_days: options.matches_both_days || day.startsWith("*") || weekday.startsWith("*"),
  };
}

interface FieldBounds {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

/** list = item {"," item}; anything after the last item is ignored. */
function parseField(field: string, bounds: FieldBounds): Set<number> | null {
  const found = new Set<number>();
  let rest = field;
  while (true) {
    const item = /^(?:\*|([a-z0-9]+)(?:(-)([a-z0-9]*))?)(?:(\/)([a-z0-9]*))?/i.exec(rest);
    if (item === null) return null;
    const [whole, first, dash, last, slash, step] = item;
    // A step belongs to a range.
    if (first !== undefined && dash === undefined && slash !== undefined) return null;
    const from = first === undefined ? bounds.low : parseNumber(first, bounds);
    const to = first === undefined ? bounds.high : dash === undefined ? from : parseNumber(last ?? "", bounds);
    const by = slash === undefined ? 1 : parseNumber(step ?? "", { low: 1, high: Infinity });
    if (from === null || to === null || by === null) return null;
    for (let number = from; number <= to; number += by) found.add(number);

    rest = rest.slice(whole.length);
    if (!rest.startsWith(",")) return found;
    rest = rest.slice(1);
  }
}

function parseNumber(text: string, { low, high, names = [] }: FieldBounds): number | null {
  const named = names.indexOf(text.toLowerCase());
  const number = named >= 0 ? named + low : /^\d+$/.test(text) ? Number(text) : NaN;
  return number >= low && number <= high ? number : null;
}
