import type { Options } from "../growth_options.ts";
import { quantiles, round, span } from "../quantiles.ts";
import type { Measured } from "./measure.ts";

/** The greatest growth exponent that is accepted; a pass that reads the whole history has 1. */
export const TARGET = 0.1;

/** Number of jobs, and the median milliseconds that a pass over them may take. */
export const MANY_JOBS = 500;
export const MANY_JOBS_TARGET_MS = 1_500;

export function asJson(measured: readonly Measured[], manyJobs: readonly number[], options: Options): string {
  const steps = measured.map(({ name, small, large, exponent }) => ({
    name,
    exponent: round(exponent),
    small_ms: quantiles(small),
    large_ms: quantiles(large),
  }));
  return `${
    JSON.stringify(
      {
        ...options,
        target: TARGET,
        steps,
        many_jobs: { jobs: MANY_JOBS, target_ms: MANY_JOBS_TARGET_MS, pass_ms: quantiles(manyJobs) },
      },
      null,
      2,
    )
  }\n`;
}

export function asMarkdown(
  measured: readonly Measured[],
  manyJobs: readonly number[],
  { small, large, rounds }: Options,
): string {
  const [left, right] = [small, large].map((rows) => `${rows.toLocaleString("en")} rows`);
  const lines = measured.map((one) =>
    `| ${one.name} | ${span(one.small)} | ${span(one.large)} | ${one.exponent.toFixed(3)} |`
  );
  return [
    "# Cost of an audit pass against the length of the history",
    "",
    `Milliseconds, median (5th–95th percentile) of ${rounds} rounds, both databases in turns in one run, 20 new runs before each pass.`,
    `Growth exponent: 0 is a cost that does not depend on the history, 1 one that grows with it. Target of a pass: at most ${TARGET}.`,
    "",
    `| step | ${left} | ${right} | growth exponent |`,
    "| --- | --- | --- | --- |",
    ...lines,
    "",
    `A pass over ${MANY_JOBS} jobs of which each has run five times since the last one: ${
      span(manyJobs)
    } ms, target at most ${MANY_JOBS_TARGET_MS} in the median.`,
    "",
  ].join("\n");
}
