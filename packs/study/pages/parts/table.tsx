import type { ReactNode } from "react";

/** A column with its heading; figures are set to the right. */
export interface Column {
  readonly text: string;
  readonly is_figure?: boolean;
  /** Of a column of controls: left out on paper, where its cells have the class of the same name. */
  readonly no_print?: boolean;
}

/** A table that scrolls by itself where the screen is narrower, and is reached by keyboard. */
export function Table({ name, caption, columns, children }: {
  readonly name: string;
  /** What the rows are, and in which order. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly children: ReactNode;
}) {
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label={`${name}, as a table`}>
      <table>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ text, is_figure, no_print }) => (
              <th
                key={text}
                scope="col"
                className={is_figure === true ? "figure" : no_print === true ? "no-print" : ""}
              >
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Says how many rows are not shown, so that none is left out in silence. */
export function Rest({ shown, of, total }: {
  readonly shown: number;
  /** What a row is: "question". */
  readonly of: string;
  readonly total: number | undefined;
}) {
  if (total === undefined || total <= shown) return null;
  return <p className="quiet">{shown} of {total.toLocaleString()} {of}s are shown; Export all has every one.</p>;
}
