import { numberFormat } from "./formats.ts";
import { duration, isFigure, NONE, number } from "./numbers.ts";

/** In UTC, like "2026-11-30 10:00 UTC". */
export function utcMinute(iso: string | null): string {
  if (iso === null) return NONE;
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, -8).replace("T", " ")} UTC`;
}

/** How far a moment is from now: "in 5 min", "2 h ago", "now". */
export function fromNow(iso: string | null, now_ms: number): string {
  if (iso === null) return NONE;
  const seconds = Math.round((Date.parse(iso) - now_ms) / 1_000);
  if (Number.isNaN(seconds)) return iso;
  if (Math.abs(seconds) < 5) return "now";
  return seconds > 0 ? `in ${roughly(seconds)}` : `${roughly(-seconds)} ago`;
}

/** In the largest unit alone, which is enough for an age: "40 s", "47 min", "2 h". */
export function roughly(seconds: number | null): string {
  return seconds === null ? NONE : duration(seconds).split(" ").slice(0, 2).join(" ");
}

/** "840 ms", "1.2 s", "2 min 5 s". */
export function milliseconds(ms: number | null): string {
  if (!isFigure(ms)) return NONE;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${number(ms / 1_000)} s` : duration(ms / 1_000);
}

/** "412 kB", "3.1 MB": powers of 1,000. */
export function bytes(count: number | null, locale?: string): string {
  if (!isFigure(count)) return NONE;
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  const unit = units[step] ?? "byte";
  return numberFormat({ style: "unit", unit, maximumFractionDigits: step < 2 ? 0 : 1 }, locale)
    .format(count / 1_000 ** step);
}
