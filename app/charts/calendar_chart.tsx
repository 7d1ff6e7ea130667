import { type CalendarDay, calendarHeight, calendarLayout, stepsOf } from "./calendar_layout.ts";
import { ChartFigure } from "./figure.tsx";
import type { Numbers } from "./numbers.ts";

/** A year of days, each in one of five steps that hold as many days each. */
export function CalendarChart({ days, ...rest }: {
  readonly name: string;
  readonly summary: string;
  readonly days: readonly CalendarDay[];
  readonly numbers: Numbers;
  spoken(index: number): string;
}) {
  const steps = stepsOf(days.map(({ value }) => value));
  const from = [1, ...steps];
  return (
    <>
      <ChartFigure
        {...rest}
        height={(width) => calendarHeight(days, width)}
        layout={(size) => calendarLayout(days, size)}
      >
        {({ cells, labels }) => (
          <>
            {labels.map(({ x, y, text }, index) => <text key={index} x={x} y={y} className="cell-label">{text}</text>)}
            {cells.map(({ x, y, size, step }, index) => (
              <rect key={index} x={x} y={y} width={size} height={size} rx="2" className={`heat heat-${step}`} />
            ))}
          </>
        )}
      </ChartFigure>
      <ul className="legend quiet" aria-label="Steps of the colours">
        <li>
          <span className="swatch heat-0" aria-hidden="true" /> none
        </li>
        {from.map((lowest, index) => (
          <li key={lowest}>
            <span className={`swatch heat-${index + 1}`} aria-hidden="true" /> {rangeOf(lowest, from[index + 1])}
          </li>
        ))}
      </ul>
    </>
  );
}

function rangeOf(lowest: number, next: number | undefined): string {
  if (next === undefined) return `${lowest} or more`;
  return next - 1 <= lowest ? String(lowest) : `${lowest} to ${next - 1}`;
}
