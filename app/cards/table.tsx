import type { ReactNode } from "react";
import { useGradually } from "../charts/gradual.ts";

/** A column with its heading. */
export interface Column {
  readonly title: string;
  /** Of a figure: written to the right, below each other. */
  readonly is_figure?: boolean;
  /** Of a column of controls: left out on paper, where its cells have the class of the same name. */
  readonly no_print?: boolean;
}

/** More than a screen has room for. */
const FIRST_ROWS = 40;

/** The class of a column's heading and cells. */
export function classOf({ is_figure, no_print }: Column): string {
  return [is_figure === true ? "figure" : "", no_print === true ? "no-print" : ""].join(" ").trim();
}

/** A table that scrolls by itself where the screen is narrower, and is reached by keyboard; it may have thousands of rows. */
export function Table<Row>({ name, caption, columns, rows, children }: {
  readonly name: string;
  /** What the rows are, and in which order. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** A row of cells, with a key. */
  readonly children: (row: Row) => ReactNode;
}) {
  const drawn = useGradually(rows.length, FIRST_ROWS);
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label={`${name}, as a table`}>
      <table>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => <th key={column.title} scope="col" className={classOf(column)}>{column.title}
            </th>)}
          </tr>
        </thead>
        <tbody>{rows.slice(0, drawn).map((row) => children(row))}</tbody>
      </table>
    </div>
  );
}
