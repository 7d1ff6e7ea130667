import { quantile } from "../quantiles.ts";
import { keyOf, type Pair, type Pairs, SHAPES, type Way } from "./measure.ts";
import type { Variant } from "./variants.ts";

/** A table in Markdown: what a request costs as it is, and by which factor it costs more in each variant. */
export function writeReport([base, ...variants]: readonly Variant[], pairs: Pairs, ways: readonly Way[]): string {
  if (base === undefined) return "";
  const columns = ways.flatMap((way) => SHAPES.map((shape) => ({ shape, way })));
  const row = (name: string, texts: readonly string[]) => `| ${[name, ...texts].join(" | ")} |`;
  const median = (found: readonly Pair[], of: (pair: Pair) => number) => quantile(found.map(of), 0.5);
  return [
    row("without", columns.map(({ shape, way }) => `${shape}, ${way}`)),
    row("---", columns.map(() => "---:")),
    row(
      `*${base.name}, in µs*`,
      columns.map(({ shape, way }) => {
        const all = variants.flatMap(({ name }) => pairs.get(keyOf(name, shape, way)) ?? []);
        return median(all, (pair) => pair.base).toFixed(1);
      }),
    ),
    ...variants.map(({ name }) =>
      row(
        name,
        columns.map(({ shape, way }) =>
          median(pairs.get(keyOf(name, shape, way)) ?? [], ({ base, variant }) => variant / base).toFixed(2)
        ),
      )
    ),
  ].join("\n");
}
