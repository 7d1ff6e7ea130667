import type { Pivot } from "../resource/definition.ts";
import type { Row } from "./row_check.ts";

/** A table for drawing. Cells are sparse: what has no row in the view has none here. */
export interface PivotTable {
  /** The values of the pivoted column that occur, in order. */
  readonly columns: readonly unknown[];
  /** The other key columns, and the cells, each with its place among `columns` in `at`. */
  readonly rows: readonly Row[];
}

/**
 * Turns rows into a table. Rows of one table row stand together, as the resource's order has them; a table row that a page
 * cuts goes on in the next one.
 */
export function pivotRows(rows: readonly Row[], pivot: Pivot): PivotTable {
  const columns = [...new Set(rows.map((row) => row[pivot.columns]))].sort(ascending);
  const places = new Map(columns.map((value, index) => [value, index]));
  const tableRows = new Map<string, { readonly head: Row; readonly cells: Row[] }>();
  for (const row of rows) {
    const name = JSON.stringify(pivot.rows.map((column) => row[column]));
    const found = tableRows.get(name) ?? { head: pick(row, pivot.rows), cells: [] };
    found.cells.push({ at: places.get(row[pivot.columns]), ...pick(row, pivot.cells) });
    tableRows.set(name, found);
  }
  return { columns, rows: [...tableRows.values()].map(({ head, cells }) => ({ ...head, cells })) };
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

function ascending(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left) < String(right) ? -1 : 1;
}
