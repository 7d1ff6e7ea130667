import { dayFormat, numberFormat } from "./formats.ts";

/** How figures are written on every page. Days are UTC, as in the API. A locale is given by tests only. */
export const NONE = "–";

/** Anything else is written as nothing is, as when a project's own view leaves a column out. */
export function isFigure(value: number | null): value is number {
  return Number.isFinite(value);
}

export function number(value: number | null, digits = 1, locale?: string): string {
  if (!isFigure(value)) return NONE;
  return numberFormat({ maximumFractionDigits: digits }, locale).format(value);
}

/** With its sign, as a difference is written; a difference of nothing has none. */
export function change(value: number | null, digits = 1, locale?: string): string {
  if (!isFigure(value)) return NONE;
  const format = numberFormat({ maximumFractionDigits: digits, signDisplay: "exceptZero" }, locale);
  return format.format(value);
}

/** @param day an ISO date, or a timestamp of which the UTC day is taken */
export function day(day: string | null, locale?: string): string {
  if (day === null) return NONE;
  const at = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  // Like "infinity", which PostgreSQL has for a day that never comes.
  if (Number.isNaN(at.getTime())) return day;
  return dayFormat({ dateStyle: "medium", timeZone: "UTC" }, locale).format(at);
}

/** Short enough for an axis, and not the same text for two days of a year. */
export function shortDay(iso: string, locale?: string): string {
  const at = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return iso;
  return dayFormat({ day: "numeric", month: "short", timeZone: "UTC" }, locale).format(at);
}

/** The UTC day of an instant, as an ISO date. */
export function isoDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** In the two largest units: "1 h 5 min", "2 min 5 s". */
export function duration(seconds: number | null): string {
  if (!isFigure(seconds)) return NONE;
  // A clock that is behind makes an age of less than nothing.
  const whole = Math.max(0, Math.round(seconds));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** "1 attempt", "2 attempts". */
export function counted(count: number, noun: string, locale?: string): string {
  return `${number(count, 0, locale)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share from 0 to 1: "82%". */
export function percent(share: number | null, digits = 0, locale?: string): string {
  if (!isFigure(share)) return NONE;
  return numberFormat({ style: "percent", maximumFractionDigits: digits }, locale).format(share);
}
