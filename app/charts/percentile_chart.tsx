import { ChartFigure } from "./figure.tsx";
import type { Numbers } from "./numbers.ts";
import { percentileHeight, percentileLayout, type PercentileRow } from "./percentile_layout.ts";

/** A row for each group: a line from the 10th to the 90th percentile, a box between the quartiles, and one's own place. */
export function PercentileChart({ rows, own, ...rest }: {
  readonly name: string;
  readonly summary: string;
  readonly rows: readonly PercentileRow[];
  /** Whose own place is marked; null if nobody's is. */
  readonly own: string | null;
  readonly numbers: Numbers;
  spoken(index: number): string;
}) {
  return (
    <>
      <ChartFigure
        {...rest}
        height={(width) => percentileHeight(rows.length, width)}
        layout={(size) => percentileLayout(rows, size)}
      >
        {({ rows: placed, grid, inner }) => (
          <>
            {grid.map(({ at, text }) => (
              <line key={text} className="grid" x1={at} x2={at} y1={inner.top} y2={inner.bottom} />
            ))}
            {placed.map(({ label, y, ...at }, index) => (
              <g key={index}>
                <text x={label.x} y={label.y} className="row-label">{label.text}</text>
                <line className="whisker" x1={at.p10} x2={at.p90} y1={y} y2={y} />
                <line className="whisker" x1={at.p10} x2={at.p10} y1={y - 5} y2={y + 5} />
                <line className="whisker" x1={at.p90} x2={at.p90} y1={y - 5} y2={y + 5} />
                <rect
                  className="quartiles"
                  x={at.p25}
                  y={y - 9}
                  width={Math.max(2, at.p75 - at.p25)}
                  height="18"
                  rx="3"
                />
                <line className="median" x1={at.p50} x2={at.p50} y1={y - 9} y2={y + 9} />
                {at.own !== null && (
                  <path
                    className="own"
                    d={`M${at.own} ${y - 8}L${at.own + 8} ${y}L${at.own} ${y + 8}L${at.own - 8} ${y}Z`}
                  />
                )}
              </g>
            ))}
          </>
        )}
      </ChartFigure>
      <ul className="legend quiet" aria-label="Marks of the chart">
        <li>
          <span className="mark mark-whisker" aria-hidden="true" /> 10th to 90th percentile
        </li>
        <li>
          <span className="mark mark-quartiles" aria-hidden="true" /> quartiles, with the median
        </li>
        {own !== null && (
          <li>
            <span className="mark mark-own" aria-hidden="true" /> {own}
          </li>
        )}
      </ul>
    </>
  );
}
