import type { Pivot } from "../resource/definition.ts";
import type { Row } from "./row_check.ts";

/** A table for charts. Cells are sparse: only those with a row in the view exist. */
export interface PivotTable {
  /** The values that occur in the pivoted column, in order. */
  readonly columns: readonly unknown[];
  /** The other key columns, and the cells; `at` is a cell's index in `columns`. */
  readonly rows: readonly Row[];
}

/**
 * Turns rows into a table. Rows of one table row are adjacent, by the resource's order; a table row that a page cuts
 * continues on the next one.
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
