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
          {MEANINGS.map(([state]) => (
            <Marks
              key={state}
              state={state}
              marks={marks.filter((mark) => mark.state === state)}
            />
          ))}
        </>
      )}
    </ChartFigure>
  );
}

/** Runs of one state as one path, and their signs as another: a page has a thousand runs. */
function Marks({ state, marks }: { readonly state: RunState; readonly marks: RunLayout["marks"] }) {
  if (marks.length === 0) return null;
  const bars = marks.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`);
  const signs = marks.map(({ sign }) => signOf(state, sign)).join("");
  return (
    <g className={`run ${state}`}>
      <path className="run-bars" d={bars.join("")} />
      {signs !== "" && <path className="run-sign" d={signs} />}
    </g>
  );
}

/** A cross for a failure, a ring for a run that has not ended. */
function signOf(state: RunState, { x, y, radius }: RunLayout["marks"][number]["sign"]): string {
  const [left, right, top, bottom] = [x - radius, x + radius, y - radius, y + radius];
  if (state === "failed") return `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
  if (state === "running") {
    const half = `a${radius} ${radius} 0 1 0`;
    return `M${left} ${y}${half} ${2 * radius} 0${half} ${-2 * radius} 0`;
  }
  return "";
}

/** For the legend. */
const SAMPLE = { x: 3.5, y: 10, width: 7, height: 9, sign: { x: 7, y: 5, radius: 3 } } as const;

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
            <Marks state={state} marks={[{ state, ...SAMPLE }]} />
          </svg>{" "}
          {text}
        </li>
      ))}
      <li>The higher, the longer it took.</li>
    </ul>
  );
}
