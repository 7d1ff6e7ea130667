import { deepEqual, equal, match, ok } from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { createElement } from "react";
import { MatrixChart } from "../charts/matrix_chart.tsx";
import { CELL, matrixDrawing, matrixStep, matrixSteps, movedCell, type Place } from "../charts/matrix_layout.ts";

const rows = [
  { heads: ["VSD", "Anatomy"], values: [0, 0.5, null] },
  { heads: ["VSD", "Imaging"], values: [1, 0.2, 0.79] },
];

Deno.test("a matrix has five steps of equal width, and a cell without a value has none of them", () => {
  const steps = matrixSteps(rows);
  deepEqual(steps.map((step) => Math.round(step * 100)), [20, 40, 60, 80]);
  deepEqual([null, 0, 0.19, 0.2, 0.5, 0.79, 0.8, 1].map((value) => matrixStep(value, steps)), [0, 1, 1, 2, 3, 4, 5, 5]);
});

Deno.test("a matrix of one value, and one of none, has a single step", () => {
  deepEqual(matrixSteps([{ heads: ["a"], values: [3, 3, null] }]), []);
  deepEqual(matrixSteps([{ heads: ["a"], values: [null] }]), []);
  equal(matrixStep(3, []), 1);
});

Deno.test("keys move through a matrix by cell, to the ends of a row, by five rows, and not out of it", () => {
  const from = { row: 1, column: 2 };
  const to = (key: string) => movedCell(key, from, 9, 4);
  deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "PageDown", "PageUp"].map(to), [
    { row: 1, column: 3 },
    { row: 1, column: 1 },
    { row: 2, column: 2 },
    { row: 0, column: 2 },
    { row: 1, column: 0 },
    { row: 1, column: 3 },
    { row: 6, column: 2 },
    { row: 0, column: 2 },
  ]);
  deepEqual(movedCell("ArrowRight", { row: 0, column: 3 }, 9, 4), { row: 0, column: 3 });
  equal(to("Tab"), null);
});

Deno.test("the drawing of a matrix has each cell and each value at its row and column", () => {
  const { width, height, cells, texts } = matrixDrawing(rows, ["a", "b", "c"], (value) => `${value * 100} %`);
  deepEqual([width, height], [260 + 3 * CELL.width, 3 * CELL.height]);
  deepEqual(cells.map(({ step }) => step), [1, 3, 0, 5, 2, 4]);
  deepEqual(cells[5], { x: 260 + 2 * CELL.width, y: 2 * CELL.height, step: 4 });
  deepEqual(texts.filter(({ step }) => step > 0).map(({ text }) => text), ["0 %", "50 %", "100 %", "20 %", "79 %"]);
  deepEqual(texts.filter(({ is_head }) => is_head).map(({ text }) => text), ["VSD", "Anatomy", "VSD", "Imaging"]);
});

Deno.test("a matrix is a table with heads for rows and columns, one stop of the Tab key, and a name for each cell", () => {
  const html = renderToString(createElement(MatrixChart, {
    name: "Accuracy",
    summary: "Two rows.",
    heads: ["Lesion", "Topic"],
    columns: ["a", "b", "c"],
    rows,
    numbers: { columns: ["Lesion"], rows: [["VSD"]] },
    written: (value: number) => String(value),
    spoken: ({ row, column }: Place) => `cell ${row} ${column}`,
  }));
  match(html, /<table role="grid"[^>]* aria-label="Accuracy: move through the cells with the arrow keys"/);
  equal(html.match(/<th scope="col"/g)?.length, 5);
  equal(html.match(/<th scope="row"/g)?.length, 4);
  equal(html.match(/tabindex="0"/g)?.length, 1);
  equal(html.match(/tabindex="-1"/g)?.length, 5);
  match(html, /aria-label="cell 0 2"[^>]*>–<\/td>/);
  match(html, /class="matrix-5"[^>]*>1<\/td>/);
  ok(!html.includes("<svg"), "the drawing is made only for a copy");
});
