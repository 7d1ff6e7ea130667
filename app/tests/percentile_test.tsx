import { deepEqual, equal, match, ok } from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { createElement } from "react";
import { moved, under } from "../charts/layout.ts";
import { PercentileChart } from "../charts/percentile_chart.tsx";
import { percentileHeight, percentileLayout, placeOf } from "../charts/percentile_layout.ts";

const essay = { label: "Essay", p10: 10, p25: 30, p50: 50, p75: 70, p90: 90, own: 40 };
const quiz = { label: "Quiz", p10: 0, p25: 25, p50: 50, p75: 75, p90: 100, own: null };
const wide = { width: 666, height: percentileHeight(2, 666) };

Deno.test("all rows of percentiles are on one scale, from the lowest mark to the highest", () => {
  // 150 for labels at the left, 16 at the right: 5 units for each point.
  const { rows, grid } = percentileLayout([essay, quiz], wide);
  deepEqual(rows.map(({ p10, p25, p50, p75, p90 }) => [p10, p25, p50, p75, p90].map(Math.round)), [
    [200, 300, 400, 500, 600],
    [150, 275, 400, 525, 650],
  ]);
  deepEqual([rows[0]?.own, rows[1]?.own], [350, null]);
  deepEqual([grid[0]?.text, grid.at(-1)?.text], ["0", "100"]);
});

Deno.test("an own place outside of the field's percentiles is still on the scale", () => {
  const { rows, inner } = percentileLayout([{ ...essay, own: 240 }], wide);
  ok((rows[0]?.own ?? Infinity) <= inner.right);
});

Deno.test("on a narrow screen a label is above its marks, whole, and the rows are higher", () => {
  const long = "A lane with a name that is long";
  const narrow = percentileLayout([{ ...essay, label: long }], { width: 320, height: percentileHeight(1, 320) });
  ok((narrow.rows[0]?.label.y ?? 0) < (narrow.rows[0]?.y ?? 0) - 12);
  equal(narrow.rows[0]?.label.text, long);
  equal(percentileLayout([{ ...essay, label: long }], wide).rows[0]?.label.text, "A lane with a name …");
  ok(percentileHeight(3, 320) > percentileHeight(3, 666));
});

Deno.test("the pointer finds the row that it is over, and Down goes on to the next row", () => {
  const layout = percentileLayout([essay, quiz], wide);
  deepEqual([under(layout, 3, 20), under(layout, 600, 60), under(layout, 3, 500)], [0, 1, null]);
  deepEqual([moved("ArrowDown", 0, 2, layout.goes_down), moved("ArrowUp", 1, 2, layout.goes_down)], [1, 0]);
});

Deno.test("equal scores are drawn in the middle of the scale", () => {
  const [row] = percentileLayout([{ label: "", p10: 7, p25: 7, p50: 7, p75: 7, p90: 7, own: 7 }], wide).rows;
  deepEqual([row?.p10, row?.p90, row?.own], [400, 400, 400]);
});

Deno.test("an own place is said in the words that the percentiles allow, and no finer", () => {
  deepEqual([9, 10, 30, 50, 70, 90].map((own) => placeOf(essay, own)), [
    "in the lowest tenth",
    "in the lowest quarter",
    "below the median",
    "from the median up",
    "in the highest quarter",
    "in the highest tenth",
  ]);
});

Deno.test("a percentile chart is a figure with a slider, its numbers as a table, and a legend with whose place it marks", () => {
  const html = renderToString(createElement(PercentileChart, {
    name: "Lanes",
    summary: "Two lanes.",
    rows: [essay, quiz],
    own: "Agent 7",
    numbers: { columns: ["Lane", "Median"], rows: [["Essay", 50], ["Quiz", 50]] },
    spoken: (index: number) => `row ${index}`,
  }));
  match(html, /<figure aria-labelledby="[^"]+" class="chart">/);
  match(html, /role="slider"[^>]* aria-valuemax="1"/);
  match(html, /<details><summary>Show the numbers/);
  equal(html.match(/class="own"/g)?.length, 1);
  match(html, /mark-own[^>]*><\/span> Agent 7/);
});
