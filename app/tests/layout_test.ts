import { deepEqual, equal, ok } from "node:assert/strict";
import { barLayout, lineLayout, moved, nearest } from "../charts/layout.ts";

const SIZE = { width: 456, height: 240 };
const points = (...values: (number | null)[]) => values.map((value, index) => ({ label: `d${index}`, value }));

Deno.test("the axis of counts has whole numbers only", () => {
  const { y_ticks } = barLayout([{ label: "a", value: 1 }, { label: "b", value: 0 }], { width: 300, height: 150 });
  deepEqual(y_ticks.map(({ text }) => text), ["0", "1"]);
  const shares = barLayout([{ label: "a", value: 0.5 }], { width: 300, height: 150 }).y_ticks;
  ok(shares.length > 2);
});

Deno.test("a day without a value breaks the line, and is not drawn as zero", () => {
  const { path, ys } = lineLayout(points(10, 20, null, 30, 40), SIZE, [0, 100]);
  equal(path.match(/M/g)?.length, 2);
  equal(ys[2], null);
});

Deno.test("a value between two gaps is a dot, because a line of one point draws nothing", () => {
  deepEqual(lineLayout(points(null, 5, null, 7, 8), SIZE).lone, [1]);
});

Deno.test("values lie between the margins, the highest of the domain at the top", () => {
  // 44 and 12 at the sides, 12 and 28 above and below.
  const { xs, ys } = lineLayout(points(0, 50, 100), SIZE, [0, 100]);
  deepEqual(xs, [44, 244, 444]);
  deepEqual(ys, [212, 112, 12]);
});

Deno.test("equal values are drawn in the middle, not at an edge", () => {
  deepEqual(lineLayout(points(7, 7), SIZE).ys, [112, 112]);
});

Deno.test("bars begin at zero, also when all values are large", () => {
  const { bars } = barLayout(points(90, 100, null), SIZE);
  deepEqual(bars.map(({ height }) => Math.round(height)), [180, 200, 0]);
});

Deno.test("bars of nothing but zeros have no height", () => {
  ok(barLayout(points(0, 0), SIZE).bars.every(({ height }) => height === 0));
});

Deno.test("as many labels as fit are under the axis, at equal distances, the first among them", () => {
  const { x_ticks } = lineLayout(points(...Array<number>(30).fill(1)), SIZE);
  deepEqual(x_ticks.map(({ text }) => text), ["d0", "d8", "d16", "d24"]);
});

Deno.test("arrow keys move the cursor and stop at the ends; Home, End and Escape do what they say", () => {
  deepEqual(["ArrowRight", "ArrowLeft", "Home", "End", "Escape", "Tab"].map((key) => moved(key, 4, 5)), [
    4,
    3,
    0,
    4,
    -1,
    null,
  ]);
  deepEqual(["ArrowRight", "ArrowLeft"].map((key) => moved(key, -1, 5)), [0, 4]);
  equal(moved("ArrowLeft", 0, 5), 0);
});

Deno.test("the pointer finds the nearest position", () => {
  deepEqual([nearest([10, 20, 30], 24), nearest([10, 20, 30], 500), nearest([], 3)], [1, 2, null]);
});

Deno.test("the longest label of the axis has room at the left of the plot, and a bar is never of a negative height", () => {
  for (const value of [70, 123_456, 1_234_567, 1e15, 0.001]) {
    const { inner, y_ticks } = lineLayout(points(value, value * 2), SIZE);
    // Letters of twelve pixels are at most seven wide; the label ends eight before the plot.
    const longest = Math.max(...y_ticks.map(({ text }) => text.length));
    ok(longest * 7 <= inner.left - 8 || inner.left === 44 && longest <= 5, `${value}: ${longest} in ${inner.left}`);
    ok(inner.left < 80, `${value} leaves ${inner.left}`);
  }
  deepEqual(barLayout(points(-5, 5), SIZE).bars.map(({ height }) => height >= 0), [true, true]);
});
