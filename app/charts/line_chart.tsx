import { ChartFigure } from "./figure.tsx";
import { lineLayout, type Point } from "./layout.ts";
import type { Numbers } from "./numbers.ts";

export interface ChartProps {
  readonly name: string;
  readonly summary: string;
  readonly points: readonly Point[];
  readonly numbers: Numbers;
  /** What is spoken at a position. */
  spoken(index: number): string;
}

/** A line over time. Where there is no value the line has a gap; a lone value is a dot. */
export function LineChart({ points, domain, ...rest }: ChartProps & { readonly domain?: readonly [number, number] }) {
  return (
    <ChartFigure {...rest} layout={(size) => lineLayout(points, size, domain)}>
      {({ path, lone, xs, ys }) => (
        <>
          <path className="line" d={path} />
          {lone.map((index) => <circle key={index} className="lone" cx={xs[index] ?? 0} cy={ys[index] ?? 0} r="3.5" />)}
        </>
      )}
    </ChartFigure>
  );
}
