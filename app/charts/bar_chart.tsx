import { ChartFigure } from "./figure.tsx";
import { barLayout } from "./layout.ts";
import type { ChartProps } from "./line_chart.tsx";

/** Bars from zero, one for each position. */
export function BarChart({ points, ...rest }: ChartProps) {
  return (
    <ChartFigure {...rest} height={150} layout={(size) => barLayout(points, size)}>
      {({ bars }) => bars.map((bar, index) => <rect key={index} className="bar-mark" {...bar} />)}
    </ChartFigure>
  );
}
