import type { ReactNode } from "react";
import { classOf, type Column, Table } from "./table.tsx";

export interface TableColumn<Row> extends Column {
  /** What heads the row; of one column. */
  readonly is_head?: boolean;
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
  return (
    <Table name={name} caption={caption} columns={columns} rows={rows}>
      {(row) => (
        <tr key={keyOf(row)} {...(isCurrent?.(row) === true ? { "aria-current": true as const } : {})}>
          {columns.map((column) =>
            column.is_head === true
              ? <th key={column.title} scope="row">{column.cell(row)}</th>
              : <td key={column.title} className={classOf(column)}>{column.cell(row)}</td>
          )}
        </tr>
      )}
    </Table>
  );
}
