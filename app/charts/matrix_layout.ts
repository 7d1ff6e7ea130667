// @ts-types="npm:@types/d3-array@3.2.2"
import { extent } from "d3-array";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleQuantize } from "d3-scale";

/** A place in a matrix; rows and columns begin at 0. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface MatrixRow {
  /** One for each of the matrix's head columns. */
  readonly heads: readonly string[];
  /** One for each column; null where there is nothing. */
  readonly values: readonly (number | null)[];
}

/** Where everything of a drawn matrix is, for a copy of it: on the page a matrix is a table. */
export interface MatrixDrawing {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly {
    readonly x: number;
    readonly y: number;
    readonly text: string;
    readonly is_head: boolean;
    /** Of the cell that it is in; 0 outside. */
    readonly step: number;
  }[];
  readonly cells: readonly { readonly x: number; readonly y: number; readonly step: number }[];
}

export const CELL = { width: 52, height: 26 } as const;
const HEADS = 130;
const STEPS = 5;
const PAGE = 5;

/** The lowest values of the steps 2 to 5: the span of all values in five equal parts, with round ends. */
export function matrixSteps(rows: readonly MatrixRow[]): number[] {
  const values = rows.flatMap((row) => row.values.filter((value) => value !== null));
  const [lowest, highest] = extent(values);
  if (lowest === undefined || !(lowest < highest)) return [];
  const scale = scaleQuantize<number>().domain([lowest, highest]).range([1, 2, 3, 4, 5]);
  return scale.nice(STEPS).thresholds();
}

/** 0 for nothing, otherwise 1 to 5. */
export function matrixStep(value: number | null, steps: readonly number[]): number {
  return value === null ? 0 : 1 + steps.filter((lowest) => value >= lowest).length;
}

/** Where a key moves the cursor of a table of this size; null for a key that is not its own. */
export function movedCell(key: string, { row, column }: Place, rows: number, columns: number): Place | null {
  const inRows = (at: number) => Math.max(0, Math.min(rows - 1, at));
  const inColumns = (at: number) => Math.max(0, Math.min(columns - 1, at));
  switch (key) {
    case "ArrowRight":
      return { row, column: inColumns(column + 1) };
    case "ArrowLeft":
      return { row, column: inColumns(column - 1) };
    case "ArrowDown":
      return { row: inRows(row + 1), column };
    case "ArrowUp":
      return { row: inRows(row - 1), column };
    case "PageDown":
      return { row: inRows(row + PAGE), column };
    case "PageUp":
      return { row: inRows(row - PAGE), column };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: columns - 1 };
    default:
      return null;
  }
}

/** @param written how a value is written in its cell */
export function matrixDrawing(
  rows: readonly MatrixRow[],
  columns: readonly string[],
  written: (value: number) => string,
): MatrixDrawing {
  const steps = matrixSteps(rows);
  const left = HEADS * (rows[0]?.heads.length ?? 1);
  const x = (column: number) => left + column * CELL.width;
  const y = (row: number) => (row + 1) * CELL.height;
  const middle = (row: number) => y(row) + CELL.height / 2 + 4;
  return {
    width: x(columns.length),
    height: y(rows.length),
    cells: rows.flatMap(({ values }, row) =>
      values.map((value, column) => ({ x: x(column), y: y(row), step: matrixStep(value, steps) }))
    ),
    texts: [
      ...columns.map((text, column) => ({
        ...{ x: x(column) + CELL.width / 2, y: middle(-1), text },
        ...{ is_head: false, step: 0 },
      })),
      ...rows.flatMap(({ heads, values }, row) => [
        ...heads.map((text, place) => ({ x: place * HEADS, y: middle(row), text, is_head: true, step: 0 })),
        ...values.flatMap((value, column) =>
          value === null ? [] : [{
            ...{ x: x(column) + CELL.width / 2, y: middle(row), text: written(value) },
            ...{ is_head: false, step: matrixStep(value, steps) },
          }]
        ),
      ]),
    ],
  };
}
