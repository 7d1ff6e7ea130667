import { deepEqual, equal, ok } from "node:assert/strict";
import { runLayout } from "../charts/run_layout.ts";
import { sparkLayout } from "../charts/spark_layout.ts";

const SIZE = { width: 304, height: 44 };
const run = (duration_ms: number | null, state: "succeeded" | "failed" | "running" = "succeeded") => ({
  state,
  duration_ms,
});

Deno.test("a run is as high as it took, from zero, and the longest leaves room for its sign", () => {
  // 40 between the edges, 11 of them for the sign.
  const { marks } = runLayout([run(500), run(1_000), run(250)], SIZE, 30);
  deepEqual(marks.map(({ height }) => height), [14.5, 29, 7.25]);
  ok(marks.every(({ y, height }) => y + height === 42));
  ok(marks.every(({ sign, y }) => sign.y < y && sign.y > 2));
});

Deno.test("the newest run is at the right edge however many there are, and no two marks touch", () => {
  const few = runLayout([run(1), run(1)], SIZE, 30).marks;
  const many = runLayout(Array.from({ length: 30 }, () => run(1)), SIZE, 30).marks;
  equal(few.at(-1)?.x, many.at(-1)?.x);
  for (const [index, mark] of many.entries()) {
    const next = many[index + 1];
    ok(mark.x >= 2 && mark.x + mark.width <= 302, `mark ${index} leaves the chart`);
    ok(next === undefined || mark.x + mark.width < next.x, `mark ${index} touches the next one`);
  }
});

Deno.test("of more runs than there is room for the newest are shown", () => {
  const { marks, xs } = runLayout([run(100, "failed"), run(1), run(1)], SIZE, 2);
  deepEqual([marks.map(({ state }) => state), xs.length], [["succeeded", "succeeded"], 2]);
});

Deno.test("a run that took no time can still be seen, and one that has not ended has a height of its own", () => {
  deepEqual(runLayout([run(0), run(800), run(null, "running")], SIZE, 30).marks.map(({ height }) => height), [
    3,
    29,
    14.5,
  ]);
});

Deno.test("without a run there is no mark and no position", () => {
  deepEqual(runLayout([], SIZE, 30).marks, []);
  equal(runLayout([], SIZE, 30).xs.length, 0);
});

const points = (...values: (number | null)[]) => values.map((value, index) => ({ label: `r${index}`, value }));

Deno.test("a sparkline begins at zero, breaks where there is no value, and ends in a dot", () => {
  const { ys, path, dots } = sparkLayout(points(10, 5, null, 10, 5), { width: 110, height: 30 });
  deepEqual(ys, [5, 15, null, 5, 15]);
  equal(path.match(/M/g)?.length, 2);
  deepEqual(dots, [{ x: 105, y: 15 }]);
});

Deno.test("a value between two gaps is a dot; what went wrong is a cross at the ground", () => {
  const { dots, bad } = sparkLayout(
    [{ label: "a", value: null, is_bad: true }, { label: "b", value: 4 }, { label: "c", value: null, is_bad: true }],
    { width: 110, height: 30 },
  );
  deepEqual(dots, [{ x: 55, y: 5 }]);
  deepEqual(bad, [{ x: 5, y: 23 }, { x: 105, y: 23 }]);
});

Deno.test("one value alone is the newest, and zeros have a line at the ground", () => {
  deepEqual(sparkLayout(points(7), { width: 110, height: 30 }).xs, [105]);
  deepEqual(sparkLayout(points(0, 0), { width: 110, height: 30 }).ys, [25, 25]);
});
