// @ts-types="npm:@types/d3-array@3.2.2"
import { max } from "d3-array";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleLinear } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.1.7"
import { area, line } from "d3-shape";
import type { Layout, Point, Size } from "./layout.ts";

export interface SparkPoint extends Point {
  /** Drawn as a cross at the ground: it has no value, or one that does not count. */
  readonly is_bad?: boolean;
}

export interface SparkLayout extends Layout {
  /** Broken where there is no value. */
  readonly path: string;
  /** From the line to zero. */
  readonly ground: string;
  readonly bad: readonly { readonly x: number; readonly y: number }[];
  /** The newest value, and values without a neighbour, which a line alone does not show. */
  readonly dots: readonly { readonly x: number; readonly y: number }[];
}

const EDGE = 5;

/** A line from zero without axes, for one row among many. The newest value is at the right. */
export function sparkLayout(points: readonly SparkPoint[], { width, height }: Size): SparkLayout {
  const inner = { left: EDGE, right: width - EDGE, top: EDGE, bottom: height - EDGE };
  const last = points.length - 1;
  const x = scaleLinear().domain([0, Math.max(1, last)]).range([inner.left, inner.right]);
  // A single value is the newest one.
  const xs = points.map((_, index) => last === 0 ? inner.right : x(index));
  const highest = max(points, ({ value }) => value ?? 0) || 1;
  const y = scaleLinear().domain([0, highest]).range([inner.bottom, inner.top]);
  const ys = points.map(({ value }) => value === null ? null : y(value));
  const isKnown = (at: number | null | undefined) => at != null;
  const draw = line<number | null>().defined(isKnown).x((_, index) => xs[index] ?? 0).y((at) => at ?? 0);
  const fill = area<number | null>().defined(isKnown).x((_, index) => xs[index] ?? 0).y1((at) => at ?? 0)
    .y0(inner.bottom);
  const dots = ys.flatMap((at, index) => {
    const is_lone = !isKnown(ys[index - 1]) && !isKnown(ys[index + 1]);
    return at !== null && (is_lone || index === last) ? [{ x: xs[index] ?? 0, y: at }] : [];
  });
  const bad = points.flatMap(({ is_bad }, index) =>
    is_bad === true ? [{ x: xs[index] ?? 0, y: inner.bottom - 2 }] : []
  );
  return { inner, x_ticks: [], y_ticks: [], xs, ys, path: draw(ys) ?? "", ground: fill(ys) ?? "", bad, dots };
}
