import { pngOf, save, svgText } from "./copy.ts";
import { csvOf, type Numbers } from "./numbers.ts";

/** Copies of a chart as files: the drawing as SVG and PNG, the numbers as CSV. */
export function ChartTools({ name, numbers, withDrawing }: {
  readonly name: string;
  readonly numbers: Numbers;
  /** Calls the work with the drawing, if there is one. */
  withDrawing(work: (svg: SVGSVGElement) => void): void;
}) {
  const file = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return (
    <div className="chart-tools no-print">
      <button type="button" onClick={() => withDrawing((svg) => save(`${file}.svg`, new Blob([svgText(svg)])))}>
        SVG<span className="sr-only">: save {name}</span>
      </button>
      <button
        type="button"
        onClick={() => withDrawing((svg) => void pngOf(svg).then((png) => save(`${file}.png`, png)))}
      >
        PNG<span className="sr-only">: save {name}</span>
      </button>
      <button
        type="button"
        onClick={() => save(`${file}.csv`, new Blob(["\ufeff", csvOf(numbers)], { type: "text/csv" }))}
      >
        CSV<span className="sr-only">: save the numbers of {name}</span>
      </button>
    </div>
  );
}
