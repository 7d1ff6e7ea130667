import { ChartFigure } from "./figure.tsx";
import type { Numbers } from "./numbers.ts";
import { sparkLayout, type SparkPoint } from "./spark_layout.ts";

/** The last values of one row among many: a line from zero, its newest value as a dot, and a cross where one is missing. */
export function Sparkline({ points, ...rest }: {
  readonly name: string;
  readonly summary: string;
  readonly points: readonly SparkPoint[];
  readonly numbers: Numbers;
  spoken(index: number): string;
}) {
  return (
    <ChartFigure {...rest} is_compact height={36} layout={(size) => sparkLayout(points, size)}>
      {({ path, ground, dots, bad }) => (
        <>
          <path className="spark-ground" d={ground} />
          <path className="spark" d={path} />
          {dots.map(({ x, y }, index) => <circle key={index} className="lone" cx={x} cy={y} r="2.5" />)}
          {bad.map(({ x, y }, index) => (
            <path
              key={index}
              className="spark-bad"
              d={`M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x - 3} ${y + 3}L${x + 3} ${y - 3}`}
            />
          ))}
        </>
      )}
    </ChartFigure>
  );
}
