import { deepEqual, equal, ok } from "node:assert/strict";
import { calendarHeight, calendarLayout, daysOfYear, stepOf, stepsOf } from "../charts/calendar_layout.ts";
import { under } from "../charts/layout.ts";

const year = daysOfYear(2013, "2013-12-31").map((day, index) => ({ day, value: index % 7 }));

Deno.test("a year has all its days, and the year of today ends today", () => {
  deepEqual([year.length, year.at(-1)?.day], [365, "2013-12-31"]);
  equal(daysOfYear(2012, "2012-12-31").length, 366);
  equal(daysOfYear(2013, "2013-03-01").at(-1), "2013-03-01");
});

Deno.test("weeks begin on Monday: 2013 begins on a Tuesday, and its days share a column with their week", () => {
  const { cells } = calendarLayout(year, { width: 1000, height: 0 });
  const [tuesday, , , , , sunday, monday] = cells;
  ok(tuesday !== undefined && sunday !== undefined && monday !== undefined);
  equal(sunday.x, tuesday.x);
  ok(monday.x > sunday.x && monday.y < tuesday.y);
});

Deno.test("a day is found under the pointer, and between the cells there is none", () => {
  const layout = calendarLayout(year, { width: 1000, height: 0 });
  const cell = layout.cells[200];
  ok(cell !== undefined);
  equal(under(layout, cell.x + 2, cell.y + 2), 200);
  equal(under(layout, cell.x + cell.size + 0.5, cell.y + 2), null);
  equal(under(layout, 1, 1), null);
});

Deno.test("on a telephone the year is two rows, and stays in its width and height", () => {
  const layout = calendarLayout(year, { width: 300, height: 0 });
  equal(new Set(layout.cells.map(({ y }) => y)).size, 14);
  ok(layout.cells.every(({ x, size }) => x + size <= 300));
  ok(layout.cells.every(({ y, size }) => y + size <= calendarHeight(year, 300)));
});

Deno.test("steps hold as many days each, none is a step of its own, and few values have fewer steps", () => {
  deepEqual(stepsOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0]), [3, 5, 7, 9]);
  const steps = stepsOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  deepEqual([0, 1, 2, 3, 10].map((value) => stepOf(value, steps)), [0, 1, 1, 2, 5]);
  deepEqual(stepsOf([0, 0]), []);
  deepEqual(stepsOf([4, 4, 4]), []);
  equal(stepOf(4, []), 1);
});
