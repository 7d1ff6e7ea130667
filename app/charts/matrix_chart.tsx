// @ts-types="npm:@types/d3-array@3.2.2"
import { max, min } from "d3-array";
import { type KeyboardEvent, type PointerEvent, useId, useLayoutEffect, useRef, useState } from "react";
import {
  CELL,
  matrixDrawing,
  type MatrixRow,
  matrixStep,
  matrixSteps,
  movedCell,
  type Place,
} from "./matrix_layout.ts";
import type { Numbers } from "./numbers.ts";
import { useGradually } from "./gradual.ts";
import { ChartTools } from "./tools.tsx";

interface Props {
  readonly name: string;
  /** What the matrix shows, in a sentence, with the figures that matter. */
  readonly summary: string;
  /** Titles of the columns of heads. */
  readonly heads: readonly string[];
  /** Titles of the columns of values. */
  readonly columns: readonly string[];
  readonly rows: readonly MatrixRow[];
  /** More than the cells show, for a file. */
  readonly numbers: Numbers;
  /** A value as it is in its cell: short. */
  written(value: number): string;
  /** What is spoken, and shown above the table, at a cell. */
  spoken(place: Place): string;
}

/** More than a screen has room for. */
const FIRST_ROWS = 30;

/**
 * A heatmap that is a table: cells are coloured in five steps and hold their values, and the arrow keys move through them.
 * The drawing for its copies as SVG and PNG is made when one is wanted.
 */
export function MatrixChart(props: Props) {
  const { name, summary, heads, columns, rows, written, spoken } = props;
  const title = useId();
  const about = useId();
  const body = useRef<HTMLTableSectionElement>(null);
  const drawing = useRef<SVGSVGElement>(null);
  const [cursor, setCursor] = useState<Place | null>(null);
  const [copying, setCopying] = useState<((svg: SVGSVGElement) => void) | null>(null);
  const steps = matrixSteps(rows);
  const drawn = useGradually(rows.length, FIRST_ROWS);
  const at = cursor !== null && cursor.row < rows.length && cursor.column < columns.length ? cursor : null;
  const stop = at ?? { row: 0, column: 0 };

  useLayoutEffect(() => {
    if (copying === null || drawing.current === null) return;
    copying(drawing.current);
    setCopying(null);
  }, [copying]);

  function onKeyDown(event: KeyboardEvent<HTMLTableSectionElement>): void {
    if (event.key === "Escape") return setCursor(null);
    const next = movedCell(event.key, stop, rows.length, columns.length);
    if (next === null) return;
    event.preventDefault();
    setCursor(next);
    body.current?.rows[next.row]?.cells[heads.length + next.column]?.focus();
  }

  function onPointerOver(event: PointerEvent<HTMLTableSectionElement>): void {
    const cell = (event.target as Element).closest("td");
    const row = cell?.closest("tr");
    if (cell === null || row == null) return;
    setCursor({ row: row.sectionRowIndex, column: cell.cellIndex - heads.length });
  }

  return (
    <figure className="chart" aria-labelledby={title}>
      <figcaption>
        <span id={title} className="chart-name">{name}</span>
        <span id={about} className="quiet">{summary}</span>
      </figcaption>
      <output className="chart-value" aria-live="off">{at === null ? "\u00a0" : spoken(at)}</output>
      <div className="scrolls matrix-frame">
        <table
          role="grid"
          className={heads.length === 1 ? "matrix" : "matrix two-heads"}
          aria-label={`${name}: move through the cells with the arrow keys`}
          aria-describedby={about}
        >
          <thead>
            <tr>
              {heads.map((head) => <th key={head} scope="col" className="head">{head}</th>)}
              {columns.map((column, place) => <th key={place} scope="col">{column}</th>)}
            </tr>
          </thead>
          <tbody
            ref={body}
            onKeyDown={onKeyDown}
            onPointerOver={onPointerOver}
            onPointerLeave={() => setCursor(null)}
          >
            {rows.slice(0, drawn).map((row, row_index) => (
              <tr key={row_index}>
                {row.heads.map((head, place) => <th key={place} scope="row" className="head">{head}</th>)}
                {row.values.map((value, column) => (
                  <td
                    key={column}
                    className={`matrix-${matrixStep(value, steps)}`}
                    tabIndex={row_index === stop.row && column === stop.column ? 0 : -1}
                    aria-label={spoken({ row: row_index, column })}
                    onFocus={() => setCursor({ row: row_index, column })}
                  >
                    {value === null ? "–" : written(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Steps rows={rows} steps={steps} written={written} />
      <ChartTools name={name} numbers={props.numbers} withDrawing={(work) => setCopying(() => work)} />
      {copying !== null && <Drawing of={props} into={drawing} />}
    </figure>
  );
}

function Steps({ rows, steps, written }: Pick<Props, "rows" | "written"> & { readonly steps: readonly number[] }) {
  const values = rows.flatMap((row) => row.values.filter((value) => value !== null));
  if (values.length === 0) return null;
  const ends = [min(values) ?? 0, ...steps, max(values) ?? 0];
  return (
    <ul className="legend quiet" aria-label="Steps of the colours">
      {ends.slice(0, -1).map((lowest, index) => (
        <li key={lowest}>
          <span className={`swatch matrix-${index + 1}`} aria-hidden="true" /> {written(lowest)} to{" "}
          {written(ends[index + 1] ?? lowest)}
        </li>
      ))}
      <li>– nothing to show</li>
    </ul>
  );
}

function Drawing({ of, into }: { readonly of: Props; readonly into: { current: SVGSVGElement | null } }) {
  const { width, height, cells, texts } = matrixDrawing(of.rows, of.columns, of.written);
  return (
    <svg ref={into} className="sr-only" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {cells.map(({ x, y, step }, index) => (
        <rect
          key={index}
          className={`matrix-cell matrix-${step}`}
          x={x}
          y={y}
          width={CELL.width - 1}
          height={CELL.height - 1}
        />
      ))}
      {texts.map(({ x, y, text, is_head, step }, index) => (
        <text key={index} x={x} y={y} className={`matrix-text matrix-${step}${is_head ? " head" : ""}`}>{text}</text>
      ))}
    </svg>
  );
}
