import type { ReactNode } from "react";
import { useGradually } from "../../charts/gradual.ts";

export interface Column {
  readonly name: string;
  readonly is_figure?: boolean;
}

/** More than a screen has room for: its rows have two lines, and charts. */
const FIRST_ROWS = 12;

/**
 * A table whose rows become blocks on a narrow screen. The roles are written out, since a browser may drop those of a table
 * that is laid out as something else.
 */
export function RowTable<Row>({ caption, columns, rows, children }: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly children: (row: Row) => ReactNode;
}) {
  const drawn = useGradually(rows.length, FIRST_ROWS);
  return (
    <div className="rows-frame" tabIndex={0} role="region" aria-label={`${caption}, as a table`}>
      <table className="rows" role="table">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, is_figure = false }) => (
              <th key={name} scope="col" role="columnheader" className={is_figure ? "figure" : undefined}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">{rows.slice(0, drawn).map((row) => children(row))}</tbody>
      </table>
    </div>
  );
}

/** A cell under a column's name, which a narrow screen shows beside it. */
export function Cell({ of, is_figure = false, children }: {
  readonly of: string;
  readonly is_figure?: boolean;
  readonly children: ReactNode;
}) {
  return <td role="cell" data-of={of} className={is_figure ? "figure" : undefined}>{children}</td>;
}

export function More({ of, list }: {
  readonly of: string;
  readonly list: { readonly answer: { readonly meta: { readonly is_truncated?: boolean } } | null; showMore(): void };
}) {
  if (list.answer?.meta.is_truncated !== true) return null;
  return (
    <button type="button" className="no-print" onClick={() => list.showMore()}>
      Show more<span className="sr-only">{` ${of}`}</span>
    </button>
  );
}
