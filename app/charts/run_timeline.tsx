import { ChartFigure } from "./figure.tsx";
import type { Numbers } from "./numbers.ts";
import { type RunLayout, runLayout, type RunMark, type RunState } from "./run_layout.ts";

const HEIGHT = 44;

/** The last runs of one job, a mark each: its state by shape and colour, its duration by height. */
export function RunTimeline({ runs, slots, ...rest }: {
  readonly name: string;
  readonly summary: string;
  /** The oldest first. */
  readonly runs: readonly RunMark[];
  /** For how many runs there is room. */
  readonly slots: number;
  readonly numbers: Numbers;
  spoken(index: number): string;
}) {
  return (
    <ChartFigure {...rest} is_compact height={HEIGHT} layout={(size) => runLayout(runs, size, slots)}>
      {({ marks, inner }) => (
        <>
          <line className="run-ground" x1={inner.left} x2={inner.right} y1={inner.bottom + 1} y2={inner.bottom + 1} />
          {marks.map(({ state, sign, ...bar }, index) => (
            <g key={index} className={`run ${state}`}>
              <rect {...bar} rx="1.5" />
              <Sign state={state} {...sign} />
            </g>
          ))}
        </>
      )}
    </ChartFigure>
  );
}

/** A cross for a failure, a ring for a run that has not ended. */
function Sign({ state, x, y, radius }: { readonly state: RunState } & RunLayout["marks"][number]["sign"]) {
  const [left, right, top, bottom] = [x - radius, x + radius, y - radius, y + radius];
  const cross = `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
  if (state === "failed") return <path className="run-sign" d={cross} />;
  if (state === "running") return <circle className="run-sign" cx={x} cy={y} r={radius} />;
  return null;
}

const MEANINGS: readonly (readonly [RunState, string])[] = [
  ["succeeded", "succeeded"],
  ["failed", "failed"],
  ["running", "has not ended"],
];

/** What the marks mean, once for many timelines. */
export function RunLegend() {
  return (
    <ul className="legend quiet" aria-label="Marks of runs">
      {MEANINGS.map(([state, text]) => (
        <li key={state}>
          <svg className="run-key" width="14" height="20" viewBox="0 0 14 20" aria-hidden="true">
            <g className={`run ${state}`}>
              <rect x="3.5" y="10" width="7" height="9" rx="1.5" />
              <Sign state={state} x={7} y={5} radius={3} />
            </g>
          </svg>{" "}
          {text}
        </li>
      ))}
      <li>The higher, the longer it took.</li>
    </ul>
  );
}
