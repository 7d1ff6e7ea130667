import { quantile } from "../quantiles.ts";
import { type Costs, keyOf, type Shape, SHAPES, type Way, WAYS } from "./measure.ts";
import type { Variant } from "./variants.ts";

/** A table in Markdown: what a request costs as it is, and by which factor it costs more in each variant. */
export function writeReport([base, ...variants]: readonly Variant[], costs: Costs): string {
  if (base === undefined) return "";
  const cells = WAYS.flatMap((way) => SHAPES.map((shape) => [shape, way] as const));
  const row = (name: string, texts: readonly string[]) => `| ${[name, ...texts].join(" | ")} |`;
  const of = (variant: Variant, shape: Shape, way: Way) => costs.get(keyOf(variant.name, shape, way)) ?? [];
  return [
    row("without", cells.map(([shape, way]) => `${shape}, ${way}`)),
    row("---", cells.map(() => "---:")),
    row(`*${base.name}, in µs*`, cells.map(([shape, way]) => quantile(of(base, shape, way), 0.5).toFixed(1))),
    ...variants.map((variant) =>
      row(
        variant.name,
        cells.map(([shape, way]) => {
          const without = of(variant, shape, way);
          const ratios = of(base, shape, way).map((cost, round) => (without[round] ?? NaN) / cost);
          return quantile(ratios, 0.5).toFixed(3);
        }),
      )
    ),
  ].join("\n");
}
