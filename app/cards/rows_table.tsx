import type { ReactNode } from "react";

export interface TableColumn<Row> {
  readonly title: string;
  /** Of a figure: written to the right, below each other. */
  readonly is_figure?: boolean;
  /** What heads the row; of one column. */
  readonly is_head?: boolean;
  readonly no_print?: boolean;
  cell(row: Row): ReactNode;
}

/** Rows as a table that scrolls in its own frame, which the keyboard reaches. */
export function RowsTable<Row>({ name, caption, columns, rows, keyOf, isCurrent }: {
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  keyOf(row: Row): string;
  /** The row that the page is about, if it is about one. */
  isCurrent?(row: Row): boolean;
}) {
  const classOf = ({ is_figure, no_print }: TableColumn<Row>) =>
    [is_figure === true ? "figure" : "", no_print === true ? "no-print" : ""].join(" ").trim();
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
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} {...(isCurrent?.(row) === true ? { "aria-current": true as const } : {})}>
              {columns.map((column) =>
                column.is_head === true
                  ? <th key={column.title} scope="row">{column.cell(row)}</th>
                  : <td key={column.title} className={classOf(column)}>{column.cell(row)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
