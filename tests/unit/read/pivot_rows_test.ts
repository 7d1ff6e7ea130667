import assert from "node:assert/strict";
import { pivotRows } from "../../../shared/read/pivot_rows.ts";

const PIVOT = { rows: ["lesion", "topic"], columns: "week", cells: ["attempts"] };

Deno.test("pivotRows() gives one row for each head, columns in order, and only the cells that there are", () => {
  const rows = [
    { lesion: "asd", topic: "Shunts", week: "2026-01-12", attempts: 7 },
    { lesion: "vsd", topic: "Shunts", week: "2026-01-05", attempts: 5 },
    { lesion: "vsd", topic: "Shunts", week: "2026-02-02", attempts: 9 },
  ];
  assert.deepEqual(pivotRows(rows, PIVOT), {
    columns: ["2026-01-05", "2026-01-12", "2026-02-02"],
    rows: [
      { lesion: "asd", topic: "Shunts", cells: [{ at: 1, attempts: 7 }] },
      { lesion: "vsd", topic: "Shunts", cells: [{ at: 0, attempts: 5 }, { at: 2, attempts: 9 }] },
    ],
  });
});

Deno.test("pivotRows() keeps heads apart that would read the same when joined", () => {
  const rows = [
    { lesion: "a,b", topic: "c", week: "2026-01-05", attempts: 5 },
    { lesion: "a", topic: "b,c", week: "2026-01-05", attempts: 6 },
  ];
  assert.equal(pivotRows(rows, PIVOT).rows.length, 2);
});

Deno.test("pivotRows() orders columns of numbers as numbers, and nothing gives an empty table", () => {
  const rows = [10, 9].map((week) => ({ lesion: "a", topic: "b", week, attempts: 5 }));
  assert.deepEqual(pivotRows(rows, PIVOT).columns, [9, 10]);
  assert.deepEqual(pivotRows([], PIVOT), { columns: [], rows: [] });
});
