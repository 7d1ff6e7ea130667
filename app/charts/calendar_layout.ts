// @ts-types="npm:@types/d3-array@3.2.2"
import { quantileSorted } from "d3-array";
import type { Layout, Size } from "./layout.ts";

const MONTH = new Intl.DateTimeFormat(undefined, { month: "short", timeZone: "UTC" });

/** A day of a calendar; days follow each other without a gap. */
export interface CalendarDay {
  /** An ISO date. */
  readonly day: string;
  readonly value: number;
}

export interface CalendarLayout extends Layout {
  readonly cells: readonly { readonly x: number; readonly y: number; readonly size: number; readonly step: number }[];
  readonly labels: readonly { readonly x: number; readonly y: number; readonly text: string }[];
}

const LEFT = 34;
const HEAD = 18;
/** Narrower than this, the year is two rows of half a year, so that a day can still be pointed at. */
const NARROW = 560;
const LARGEST_CELL = 20;
const WEEKDAYS = ["Mon", "", "Wed", "", "Fri", "", ""];

/** Weeks from Monday to Sunday, a column each. */
export function calendarLayout(days: readonly CalendarDay[], { width }: Size): CalendarLayout {
  const { rows, weeks, cell } = gridOf(days, width);
  const offset = weekdayOf(days[0]?.day ?? "1970-01-01");
  const steps = stepsOf(days.map(({ value }) => value));
  const placed = days.map(({ day, value }, index) => {
    const week = Math.floor((index + offset) / 7);
    const row = Math.floor(week / weeks);
    const x = LEFT + (week % weeks) * cell;
    const y = HEAD + row * rowHeight(cell) + ((index + offset) % 7) * cell;
    return { x, y, size: cell - 1, step: stepOf(value, steps), day, row };
  });
  const months = placed.flatMap(({ x, row, day }) =>
    day.endsWith("-01") ? [{ x, y: row * rowHeight(cell) + 12, text: monthOf(day) }] : []
  );
  const weekdays = Array.from(
    { length: rows },
    (_, row) =>
      WEEKDAYS.flatMap((text, index) =>
        text === "" ? [] : [{ x: 0, y: HEAD + row * rowHeight(cell) + (index + 0.75) * cell, text }]
      ),
  ).flat();
  return {
    inner: { left: LEFT, right: width, top: HEAD, bottom: rows * rowHeight(cell) },
    x_ticks: [],
    y_ticks: [],
    xs: placed.map(({ x, size }) => x + size / 2),
    ys: placed.map(({ y, size }) => y + size / 2),
    cells: placed.map(({ x, y, size, step }) => ({ x, y, size, step })),
    labels: [...months, ...weekdays],
  };
}

export function calendarHeight(days: readonly CalendarDay[], width: number): number {
  const { rows, cell } = gridOf(days, width);
  return rows * rowHeight(cell);
}

/** The lowest values of the steps 2 to 5: fifths of the days that have a value. */
export function stepsOf(values: readonly number[]): readonly number[] {
  const sorted = values.filter((value) => value > 0).sort((left, right) => left - right);
  if (sorted.length === 0) return [];
  return [...new Set([0.2, 0.4, 0.6, 0.8].map((share) => Math.ceil(quantileSorted(sorted, share) ?? 0)))]
    .filter((value) => value > (sorted[0] ?? 0));
}

/** 0 for a day without a value, otherwise 1 to 5. */
export function stepOf(value: number, steps: readonly number[]): number {
  return value <= 0 ? 0 : 1 + steps.filter((lowest) => value >= lowest).length;
}

/** All days of a year, or those until the last one that counts. */
export function daysOfYear(year: number, last: string): string[] {
  const found: string[] = [];
  for (let at = Date.UTC(year, 0, 1); new Date(at).getUTCFullYear() === year; at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day > last) break;
    found.push(day);
  }
  return found;
}

function gridOf(days: readonly CalendarDay[], width: number) {
  const all = Math.max(1, Math.ceil((days.length + weekdayOf(days[0]?.day ?? "1970-01-01")) / 7));
  const rows = width < NARROW && all > 27 ? 2 : 1;
  // Columns of a whole year, so that a cell keeps its size while the year grows.
  const weeks = rows === 2 ? 27 : Math.max(53, all);
  return { rows, weeks, cell: Math.max(6, Math.min(LARGEST_CELL, Math.floor((width - LEFT) / weeks))) };
}

function rowHeight(cell: number): number {
  return HEAD + 7 * cell + 6;
}

/** 0 for Monday. */
function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

function monthOf(day: string): string {
  return MONTH.format(new Date(`${day}T00:00:00Z`));
}
