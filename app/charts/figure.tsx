import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { type Layout, moved, type Size, under } from "./layout.ts";
import type { Numbers } from "./numbers.ts";
import { ChartTools } from "./tools.tsx";

interface Props<L extends Layout> {
  readonly name: string;
  /** What the chart shows, in a sentence, with the figures that matter. */
  readonly summary: string;
  /** In the SVG's units, or made of the width of the screen. */
  readonly height?: number | ((width: number) => number);
  readonly numbers: Numbers;
  /** A chart of one row among many: its name is for screen readers, its tools are with the numbers. */
  readonly is_compact?: boolean;
  /** What is spoken, and shown above the chart, at a position. */
  spoken(index: number): string;
  layout(size: Size): L;
  readonly children: (layout: L) => ReactNode;
}

/**
 * What every chart has around it: a name, axes, a cursor that follows arrow keys and the pointer, its value as text, the
 * same numbers as a table, and copies as SVG, PNG and CSV. To a screen reader the chart is a slider over its positions.
 */
export function ChartFigure<L extends Layout>(props: Props<L>) {
  const { name, summary, numbers, is_compact = false } = props;
  const title = useId();
  const about = useId();
  const holder = useRef<HTMLDivElement>(null);
  const drawing = useRef<SVGSVGElement>(null);
  const width = useWidth(holder);
  const height = typeof props.height === "function" ? props.height(width ?? 0) : props.height ?? 220;
  const [cursor, setCursor] = useState(-1);
  const layout = width === null ? null : props.layout({ width, height });
  const count = layout?.xs.length ?? 0;
  const at = cursor < count ? cursor : -1;

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const next = moved(event.key, at, count, layout?.goes_down);
    if (next === null) return;
    event.preventDefault();
    setCursor(next);
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>): void {
    if (layout === null) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setCursor(under(layout, event.clientX - left, event.clientY - top) ?? -1);
  }

  function withDrawing(work: (svg: SVGSVGElement) => void): void {
    if (drawing.current !== null) work(drawing.current);
  }

  const tools = <ChartTools name={name} numbers={numbers} withDrawing={withDrawing} />;
  const value = at === -1 ? null : props.spoken(at);
  return (
    <figure className={is_compact ? "chart compact" : "chart"} aria-labelledby={title}>
      <figcaption className={is_compact ? "sr-only" : undefined}>
        <span id={title} className="chart-name">{name}</span>
        <span id={about} className="quiet">{summary}</span>
      </figcaption>
      {!is_compact && <output className="chart-value" aria-live="off">{value ?? "\u00a0"}</output>}
      <div
        ref={holder}
        className="chart-plot"
        role="slider"
        tabIndex={0}
        aria-label={`${name}: move through the values with the arrow keys`}
        aria-describedby={about}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, count - 1)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={value ?? "no value chosen"}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setCursor(-1)}
        onBlur={() => setCursor(-1)}
      >
        {layout !== null && (
          <svg ref={drawing} viewBox={`0 0 ${width} ${height}`} height={height} aria-hidden="true" focusable="false">
            <Axes layout={layout} />
            {props.children(layout)}
            <Cursor layout={layout} at={at} is_compact={is_compact} />
          </svg>
        )}
      </div>
      {is_compact && value !== null && <output className="chart-value" aria-live="off">{value}</output>}
      {!is_compact && tools}
      <ChartNumbers name={name} numbers={numbers} is_compact={is_compact}>
        {is_compact && tools}
      </ChartNumbers>
    </figure>
  );
}

function Cursor({ layout: { xs, ys, cells, inner }, at, is_compact }: {
  readonly layout: Layout;
  readonly at: number;
  readonly is_compact: boolean;
}) {
  const [x, y, cell] = [xs[at], ys[at], cells?.[at]];
  if (cell !== undefined) {
    return (
      <rect
        className="cursor-cell"
        x={cell.x}
        y={cell.y}
        width={cell.size}
        height={cell.height ?? cell.size}
        rx="2"
      />
    );
  }
  if (x === undefined) return null;
  return (
    <>
      <line className="cursor" x1={x} x2={x} y1={inner.top} y2={inner.bottom} />
      {y != null && <circle className="cursor-dot" cx={x} cy={y} r={is_compact ? 3.5 : 5} />}
    </>
  );
}

function Axes({ layout: { inner, x_ticks, y_ticks } }: { readonly layout: Layout }) {
  return (
    <g className="axes">
      {y_ticks.map(({ at, text }) => (
        <g key={text}>
          <line className="grid" x1={inner.left} x2={inner.right} y1={at} y2={at} />
          <text x={inner.left - 8} y={at + 4} className="y-label">{text}</text>
        </g>
      ))}
      {x_ticks.map(({ at, text }, index) => (
        <text key={text} x={at} y={inner.bottom + 20} className={index === 0 ? "x-label first" : "x-label"}>
          {text}
        </text>
      ))}
    </g>
  );
}

/** The numbers of a chart, made when somebody opens them: those of all charts are most of what a page would hold. */
function ChartNumbers({ name, numbers, is_compact, children }: {
  readonly name: string;
  readonly numbers: Numbers;
  readonly is_compact: boolean;
  readonly children: ReactNode;
}) {
  const [is_open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {is_compact ? "Numbers" : "Show the numbers"}
        <span className="sr-only">of {name}</span>
      </summary>
      {is_open && (
        <>
          <NumbersTable name={name} numbers={numbers} />
          {children}
        </>
      )}
    </details>
  );
}

export function NumbersTable(
  { name, numbers: { columns, rows } }: { readonly name: string; readonly numbers: Numbers },
) {
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label={`Numbers of ${name}`}>
      <table>
        <caption className="sr-only">{name}</caption>
        <thead>
          <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest], index) => (
            <tr key={index}>
              <th scope="row">{first ?? "none"}</th>
              {rest.map((cell, place) => <td key={place} className="figure">{cell ?? "none"}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * The plot's own width, so that text in it keeps its size on every screen. Null until it is measured, so that a chart is
 * drawn once; a server, which measures nothing, draws for 600 pixels.
 */
function useWidth(holder: { readonly current: HTMLDivElement | null }): number | null {
  const [width, setWidth] = useState<number | null>(typeof document === "undefined" ? 600 : null);
  useLayoutEffect(() => {
    const element = holder.current;
    if (element === null) return;
    // Before the first painting, so that a chart does not move what is below it.
    setWidth(Math.floor(element.clientWidth) || 600);
    const observer = new ResizeObserver(([entry]) => {
      const measured = Math.floor(entry?.contentRect.width ?? 0);
      if (measured > 0) setWidth(measured);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [holder]);
  return width;
}
