// @ts-types="npm:@types/d3-array@3.2.2"
import { max } from "d3-array";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleLinear } from "d3-scale";
import type { Layout, Size } from "./layout.ts";

/** How a run ended. Each has a shape of its own, so that its colour is not the only sign of it. */
export type RunState = "succeeded" | "failed" | "running";

/** One run of a job, or one refresh of a view. */
export interface RunMark {
  readonly state: RunState;
  /** Null while it runs, and where the history does not say. */
  readonly duration_ms: number | null;
}

export interface RunLayout extends Layout {
  readonly marks: readonly {
    readonly state: RunState;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    /** Where the sign of the state is: above the bar. */
    readonly sign: { readonly x: number; readonly y: number; readonly radius: number };
  }[];
}

/** Room above the longest run, for the sign of its state. */
const SIGN = 11;
const LEAST_HEIGHT = 3;
const WIDEST = 12;

/**
 * Bars from the oldest run at the left to the newest at the right edge, as high as they took. A job with fewer runs leaves
 * its left empty, so that the newest of all jobs are below each other.
 *
 * @param slots the number of runs for which there is room
 */
export function runLayout(runs: readonly RunMark[], { width, height }: Size, slots: number): RunLayout {
  const inner = { left: 2, right: width - 2, top: 2, bottom: height - 2 };
  const shown = runs.slice(-slots);
  const step = (inner.right - inner.left) / Math.max(1, slots);
  const wide = Math.max(2, Math.min(WIDEST, step - 2));
  // Signs of neighbours do not touch either.
  const radius = Math.min(3, wide / 2);
  const longest = Math.max(1, max(shown, ({ duration_ms }) => duration_ms ?? 0) ?? 1);
  // From zero: a cut axis would lie about their lengths.
  const tall = scaleLinear().domain([0, longest]).range([0, inner.bottom - inner.top - SIGN]);
  const marks = shown.map(({ state, duration_ms }, index) => {
    const middle = inner.right - (shown.length - index - 0.5) * step;
    // A run whose end is not known is half as high as there is room; its bar is not filled.
    const own = duration_ms === null ? longest / 2 : duration_ms;
    const bar = Math.max(LEAST_HEIGHT, tall(own));
    const top = inner.bottom - bar;
    return {
      state,
      x: middle - wide / 2,
      y: top,
      width: wide,
      height: bar,
      sign: { x: middle, y: top - SIGN / 2, radius },
    };
  });
  return {
    inner,
    x_ticks: [],
    y_ticks: [],
    xs: marks.map(({ sign }) => sign.x),
    ys: marks.map(({ y }) => y),
    marks,
  };
}
