import { quantile } from "../../../../bench/quantiles.ts";
import type { Result } from "./case.ts";
import type { MeteredCall } from "./metered_function.ts";
import type { Options } from "./options.ts";

/** What one call may use: three quarters of the platform's 2 s, and half of its 256 MB. */
const PROCESSOR_AT_MOST_MS = 1_500;
const MEMORY_AT_MOST_MB = 120;

const STEPS = ["at once", "freeze", "render", "publish"] as const;

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

export function misses(results: readonly Result[]): string[] {
  return results.flatMap(({ name, calls, difference }) => [
    ...(difference === null ? [] : [`${name}: ${difference}`]),
    ...calls.flatMap(({ step, processor_ms, memory_bytes }) => [
      ...(processor_ms > PROCESSOR_AT_MOST_MS ? [`${name}, ${step}: ${processor_ms} ms of processor time`] : []),
      ...(megabytes(memory_bytes) > MEMORY_AT_MOST_MB ? [`${name}, ${step}: ${megabytes(memory_bytes)} MB`] : []),
    ]),
  ]);
}

export function asJson(results: readonly Result[], { rows }: Options): string {
  const exports = results.map(({ calls, ...result }) => ({
    ...result,
    seconds: Math.round(result.seconds),
    steps: stepsOf({ calls }).map((step) => summary(calls, step)),
  }));
  const limits = { processor_ms: PROCESSOR_AT_MOST_MS, memory_mb: MEMORY_AT_MOST_MB };
  return `${JSON.stringify({ date: today(), rows, at_most: limits, exports }, null, 2)}\n`;
}

export function asMarkdown(results: readonly Result[], { rows }: Options): string {
  return [
    "# What a call of the function `export` costs",
    "",
    `${today()}. ${
      rows.toLocaleString("en")
    } attempts of one organisation, and the last 100 days of one scenario with two texts of 2 KB in each row, are exported`,
    "through the gateway. Each call runs in a new process of the Deno that the platform's edge runtime is built on. Processor time",
    "is all that this process used, its start included; memory is its greatest resident set, less that of a function that only",
    `says hello. Median (greatest). A call may use ${
      PROCESSOR_AT_MOST_MS.toLocaleString("en")
    } ms and ${MEMORY_AT_MOST_MB} MB.`,
    "",
    "| export | file | step | calls | rows of a call | processor time, ms | memory, MB |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...results.flatMap((result) => stepsOf(result).map((step) => line(result, step))),
    "",
    ...results.map(({ name, difference, rows, seconds }) =>
      `- ${name}: ${rows.toLocaleString("en")} rows in ${Math.round(seconds)} s, ${
        difference ?? "equal to the API's rows at the same version"
      }.`
    ),
    "",
  ].join("\n");
}

function stepsOf({ calls }: Pick<Result, "calls">): readonly MeteredCall["step"][] {
  return STEPS.filter((step) => calls.some((call) => call.step === step));
}

function line({ name, bytes, calls }: Result, step: MeteredCall["step"]): string {
  const { count, rows, processor_ms, memory_mb } = summary(calls, step);
  const cells = [
    ...[name, `${Math.round(bytes / 1e6).toLocaleString("en")} MB`, step, count],
    step === "render" ? rows.median.toLocaleString("en") : "",
    ...[processor_ms, memory_mb].map(({ median, greatest }) => `${median} (${greatest})`),
  ];
  return `| ${cells.join(" | ")} |`;
}

function summary(calls: readonly MeteredCall[], step: MeteredCall["step"]) {
  const ofStep = calls.filter((call) => call.step === step);
  const spread = (values: readonly number[]) => ({ median: quantile(values, 0.5), greatest: Math.max(...values) });
  return {
    step,
    count: ofStep.length,
    rows: spread(ofStep.map(({ rows }) => rows)),
    processor_ms: spread(ofStep.map(({ processor_ms }) => processor_ms)),
    start_ms: spread(ofStep.map(({ start_ms }) => start_ms)),
    memory_mb: spread(ofStep.map(({ memory_bytes }) => megabytes(memory_bytes))),
  };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
