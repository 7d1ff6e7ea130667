// @ts-types="npm:@types/d3-array@3.2.2"
import { max, min } from "d3-array";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleBand, scaleLinear, scalePoint } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.1.7"
import { line } from "d3-shape";

/** One position of a chart, from left to right. */
export interface Point {
  /** Under the axis, and first in what is spoken. */
  readonly label: string;
  /** Null where there is no value: a gap, never a zero. */
  readonly value: number | null;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** "1.25M": as long numbers fit beside an axis. */
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** Where everything of a chart is, in the SVG's units. */
export interface Layout {
  readonly inner: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly x_ticks: readonly Tick[];
  readonly y_ticks: readonly Tick[];
  /** The middle of each position, gaps included. */
  readonly xs: readonly number[];
  /** Null in a gap. */
  readonly ys: readonly (number | null)[];
  /** Of a chart of cells: those of the positions, which the cursor frames in place of its line. */
  readonly cells?: readonly Cell[];
  /** Whether the positions are rows, the first one on top: the key Down goes on to the next. */
  readonly goes_down?: boolean;
}

export interface Cell {
  readonly x: number;
  readonly y: number;
  /** Its width. */
  readonly size: number;
  /** Of a cell that is no square. */
  readonly height?: number;
}

export interface LineLayout extends Layout {
  /** A path with a break at each gap. */
  readonly path: string;
  /** Positions without a neighbour, which a line alone does not show. */
  readonly lone: readonly number[];
}

export interface BarLayout extends Layout {
  readonly bars: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[];
}

const MARGIN = { left: 44, right: 12, top: 12, bottom: 28 };
const LABEL_WIDTH = 84;
/** Of a letter on the axis, and of the gap between a label and the plot. */
const LETTER_WIDTH = 7;
const LABEL_GAP = 8;

export function lineLayout(points: readonly Point[], size: Size, domain?: readonly [number, number]): LineLayout {
  const { y_ticks, ys } = vertical(points, size, domain ?? spanOf(points));
  const inner = innerOf(size, y_ticks);
  const x = scalePoint<number>().domain(points.map((_, index) => index)).range([inner.left, inner.right]);
  const xs = points.map((_, index) => x(index) ?? inner.left);
  const draw = line<number | null>().defined((y) => y !== null).x((_, index) => xs[index] ?? 0).y((y) => y ?? 0);
  const lone = ys.flatMap((y, index) =>
    y !== null && (ys[index - 1] ?? null) === null && (ys[index + 1] ?? null) === null ? [index] : []
  );
  return { inner, xs, ys, y_ticks, x_ticks: labelsOf(points, xs, inner), path: draw(ys) ?? "", lone };
}

/** Bars begin at zero, whatever the values are: a cut axis would lie about their lengths. */
export function barLayout(points: readonly Point[], size: Size): BarLayout {
  const highest = Math.max(1, max(points, ({ value }) => value ?? 0) ?? 1);
  const { y_ticks, ys } = vertical(points, size, [0, highest]);
  const inner = innerOf(size, y_ticks);
  const x = scaleBand<number>().domain(points.map((_, index) => index)).range([inner.left, inner.right])
    .paddingInner(0.2).paddingOuter(0.1);
  const xs = points.map((_, index) => (x(index) ?? inner.left) + x.bandwidth() / 2);
  // Bars are counts where all values are whole: half an attempt is no tick.
  const is_count = points.every(({ value }) => value === null || Number.isInteger(value));
  const ticks = is_count ? y_ticks.filter(({ value }) => Number.isInteger(value)) : y_ticks;
  const bars = ys.map((y, index) => {
    const top = y ?? inner.bottom;
    // A count below zero is a fault of its source, and has no bar.
    return { x: x(index) ?? inner.left, y: top, width: x.bandwidth(), height: Math.max(0, inner.bottom - top) };
  });
  return { inner, xs, ys, y_ticks: ticks, x_ticks: labelsOf(points, xs, inner), bars };
}

/** With room for the longest of the labels at its left. */
function innerOf({ width, height }: Size, y_ticks: readonly Tick[]): Layout["inner"] {
  const longest = Math.max(0, ...y_ticks.map(({ text }) => text.length));
  const left = Math.max(MARGIN.left, longest * LETTER_WIDTH + LABEL_GAP);
  return { left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
}

/** The values' own span; one that is a single value gets room on both sides. */
function spanOf(points: readonly Point[]): [number, number] {
  const values = points.flatMap(({ value }) => value === null ? [] : [value]);
  const lowest = min(values) ?? 0;
  const highest = max(values) ?? 1;
  return lowest === highest ? [lowest - 1, highest + 1] : [lowest, highest];
}

function vertical(points: readonly Point[], { height }: Size, domain: readonly [number, number]) {
  const y = scaleLinear().domain(domain).range([height - MARGIN.bottom, MARGIN.top]).nice(4);
  const text = y.tickFormat(4);
  return {
    y_ticks: y.ticks(4).map((value) => ({
      at: y(value),
      text: Math.abs(value) >= 1e6
        ? SHORT.format(value)
        : Number.isInteger(value)
        ? y.tickFormat(4, ",~f")(value)
        : text(value),
      value,
    })),
    ys: points.map(({ value }) => value === null ? null : y(value)),
  };
}

/** As many labels as fit, evenly apart, always with the first. */
function labelsOf(points: readonly Point[], xs: readonly number[], { left, right }: Layout["inner"]): Tick[] {
  const most = Math.max(1, Math.floor((right - left) / LABEL_WIDTH));
  const step = Math.max(1, Math.ceil(points.length / most));
  return points.flatMap(({ label }, index) => index % step === 0 ? [{ at: xs[index] ?? left, text: label }] : []);
}

/** The position of a layout that is nearest to a place under the pointer; null without any, or beside the cells. */
export function under({ xs, cells }: Layout, x: number, y: number): number | null {
  if (cells === undefined) return nearest(xs, x);
  const index = cells.findIndex((cell) =>
    x >= cell.x && x < cell.x + cell.size && y >= cell.y && y < cell.y + (cell.height ?? cell.size)
  );
  return index === -1 ? null : index;
}

export function nearest(xs: readonly number[], at: number): number | null {
  let best: number | null = null;
  for (const [index, x] of xs.entries()) {
    if (best === null || Math.abs(x - at) < Math.abs((xs[best] ?? Infinity) - at)) best = index;
  }
  return best;
}

const TURNED: Readonly<Record<string, string>> = {
  ArrowDown: "ArrowUp",
  ArrowUp: "ArrowDown",
  PageDown: "PageUp",
  PageUp: "PageDown",
};

/** Where a key moves the cursor; null for a key that is not the chart's. -1 is no position. */
export function moved(key: string, from: number, count: number, goes_down = false): number | null {
  const last = count - 1;
  switch (goes_down ? TURNED[key] ?? key : key) {
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(last, from + 1);
    case "ArrowLeft":
    case "ArrowDown":
      return from === -1 ? last : Math.max(0, from - 1);
    case "PageDown":
      return Math.max(0, from - 7);
    case "PageUp":
      return Math.min(last, from + 7);
    case "Home":
      return 0;
    case "End":
      return last;
    case "Escape":
      return -1;
    default:
      return null;
  }
}
