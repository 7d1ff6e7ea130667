import { Cron } from "croner";

/** The interval of a schedule such as "30 seconds", or null when it is a cron expression. */
export function intervalSeconds(schedule: string): number | null {
  const match = schedule.trim().match(/^([1-9]|[1-5]\d)\s+seconds?$/i);
  return match === null ? null : Number(match[1]);
}

/**
 * Whether a cron expression is due in the minute that begins at `minuteStart`, in GMT as pg_cron counts.
 * Day of month and day of week are alternatives when both are given, as in Vixie cron. "$" is the last day of a month.
 */
export function isDueAt(schedule: string, minuteStart: Date): boolean {
  const fields = schedule.trim().split(/\s+/).slice(0, 5); // the rest is ignored, as in Vixie's parser
  const expression = fields.map((field, index) => index === 2 && field === "$" ? "L" : field).join(" ");
  return new Cron(expression, { timezone: "UTC", paused: true }).match(minuteStart);
}
