// @ts-types="npm:@types/d3-array@3.2.2"
import { max, min } from "d3-array";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleLinear } from "d3-scale";
import type { Layout, Size, Tick } from "./layout.ts";

/** How values are spread in one group, and where one's own lies among them. */
export interface PercentileRow {
  readonly label: string;
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  /** Null without one. */
  readonly own: number | null;
}

/** Positions from left to right, in the SVG's units. */
export interface PlacedRow {
  readonly label: { readonly x: number; readonly y: number; readonly text: string };
  /** The middle of the row's marks. */
  readonly y: number;
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly own: number | null;
}

export interface PercentileLayout extends Layout {
  readonly rows: readonly PlacedRow[];
  readonly grid: readonly Tick[];
}

const TOP = 6;
const RIGHT = 16;
const BOTTOM = 28;
const ROW = 46;
/** Narrower than this, a row's label is above its marks. */
const NARROW = 520;
const NARROW_ROW = 62;
const LABELS = 150;
const LABEL_LENGTH = 20;

/** A row for each group, from top to bottom, all on one scale. */
export function percentileLayout(given: readonly PercentileRow[], { width, height }: Size): PercentileLayout {
  const is_narrow = width < NARROW;
  const left = is_narrow ? RIGHT : LABELS;
  const inner = { left, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
  const x = scaleLinear().domain(spanOf(given)).range([inner.left, inner.right]).nice(5);
  const text = x.tickFormat(5);
  const grid = x.ticks(is_narrow ? 4 : 6).map((value) => ({ at: x(value), text: text(value) }));
  const row_height = is_narrow ? NARROW_ROW : ROW;
  const rows = given.map((row, index) => {
    const top = TOP + index * row_height;
    const y = is_narrow ? top + 40 : top + ROW / 2;
    const label = {
      x: is_narrow ? left : 0,
      y: is_narrow ? top + 18 : y + 4,
      text: is_narrow ? row.label : cut(row.label),
    };
    const placed = { p10: x(row.p10), p25: x(row.p25), p50: x(row.p50), p75: x(row.p75), p90: x(row.p90) };
    return { label, y, ...placed, own: row.own === null ? null : x(row.own) };
  });
  return {
    inner,
    x_ticks: grid,
    y_ticks: [],
    xs: rows.map(({ p50 }) => p50),
    ys: rows.map(({ y }) => y),
    cells: rows.map((_, index) => ({ x: 1, y: TOP + index * row_height + 1, size: width - 2, height: row_height - 2 })),
    goes_down: true,
    rows,
    grid,
  };
}

export function percentileHeight(rows_count: number, width: number): number {
  return TOP + rows_count * (width < NARROW ? NARROW_ROW : ROW) + BOTTOM;
}

/** The share of the field that is below a value, in words; the row holds no finer answer. */
export function placeOf({ p10, p25, p50, p75, p90 }: PercentileRow, own: number): string {
  if (own < p10) return "in the lowest tenth";
  if (own < p25) return "in the lowest quarter";
  if (own < p50) return "below the median";
  if (own < p75) return "from the median up";
  if (own < p90) return "in the highest quarter";
  return "in the highest tenth";
}

/** From the lowest to the highest that is drawn; one that is a single value gets room on both sides. */
function spanOf(rows: readonly PercentileRow[]): [number, number] {
  const drawn = rows.flatMap(({ p10, p90, own }) => own === null ? [p10, p90] : [p10, p90, own]);
  const lowest = min(drawn) ?? 0;
  const highest = max(drawn) ?? 1;
  return lowest === highest ? [lowest - 1, highest + 1] : [lowest, highest];
}

function cut(label: string): string {
  return label.length <= LABEL_LENGTH ? label : `${label.slice(0, LABEL_LENGTH - 1)}…`;
}
