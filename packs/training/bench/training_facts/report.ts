import type { Options } from "../../../../bench/growth_options.ts";
import { quantile, quantiles, round, span } from "../../../../bench/quantiles.ts";
import type { Measured } from "./measure.ts";

/** Computing the same figures from the facts must cost at least this many times as much. */
export const TARGET = 10;

/** The ratio of the medians, facts ÷ views, at the larger number of attempts. */
export function factsToViews(measured: readonly Measured[]): number {
  const medianOf = (name: string) => quantile(measured.find((one) => one.name === name)?.large ?? [], 0.5);
  return medianOf("the same from the facts") / medianOf("one organisation's overview");
}

export function asJson(measured: readonly Measured[], options: Options): string {
  const steps = measured.map(({ name, small, large, exponent }) => ({
    name,
    exponent: round(exponent),
    small_ms: quantiles(small),
    large_ms: quantiles(large),
  }));
  return `${
    JSON.stringify({ ...options, target: TARGET, facts_to_views: round(factsToViews(measured)), steps }, null, 2)
  }\n`;
}

export function asMarkdown(
  measured: readonly Measured[],
  plans: readonly { readonly title: string; readonly plan: string }[],
  { small, large, rounds }: Options,
): string {
  const [left, right] = [small, large].map((rows) => `${rows.toLocaleString("en")} attempts`);
  return [
    "# Cost of an organisation's overview against the number of facts",
    "",
    `Milliseconds, median (5th–95th percentile) of ${rounds} rounds, both databases in turns in one run; insert and refresh once. Ten`,
    "organisations, 200 users, 20 scenarios, one year. Growth exponent: 0 is a cost that does not depend on the number of facts, 1 one that",
    "grows with it. The overview grows with the people and days of its 30-day count of active users, one row each: 6,000 rows at most",
    "here, of which 100,000 attempts fill about 800 and 1,000,000 about 5,900. Everything else in it is some forty rows at either size.",
    "",
    `| step | ${left} | ${right} | growth exponent |`,
    "| --- | --- | --- | --- |",
    ...measured.map((one) => `| ${one.name} | ${span(one.small)} | ${span(one.large)} | ${one.exponent.toFixed(3)} |`),
    "",
    `At ${large.toLocaleString("en")} attempts, adding the figures up from the facts costs ${
      factsToViews(measured).toFixed(1)
    } times as much as reading them (target: at least ${TARGET}).`,
    "",
    ...plans.flatMap((
      { title, plan },
    ) => [`## ${title}: plan at ${large.toLocaleString("en")} attempts`, "", "```", plan.trimEnd(), "```", ""]),
  ].join("\n");
}
