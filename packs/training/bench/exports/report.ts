import { quantile } from "../../../../bench/quantiles.ts";
import type { Result } from "./case.ts";
import type { MeteredCall } from "./metered_function.ts";

/** What one call may use: three quarters of the platform's 2 s, and half of its 256 MB. */
export const PROCESSOR_AT_MOST_MS = 1_500;
export const MEMORY_AT_MOST_MB = 120;

interface Spread {
  readonly median: number;
  readonly greatest: number;
}

/** What is kept of the calls of one step. */
interface Step {
  readonly step: MeteredCall["step"];
  readonly count: number;
  /** Of a call, the median. */
  readonly rows: number;
  readonly processor_ms: Spread;
  readonly memory_mb: Spread;
}

/** What is kept of one export. */
export interface Measured {
  readonly name: string;
  readonly date: string;
  /** Attempts that were planted. */
  readonly planted: number;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly difference: string | null;
  readonly steps: readonly Step[];
}

const STEPS = ["at once", "freeze", "render", "publish"] as const;

export function measuredOf({ calls, ...result }: Result, planted: number): Measured {
  return {
    ...result,
    seconds: Math.round(result.seconds),
    date: new Date().toISOString().slice(0, 10),
    planted,
    steps: STEPS.map((step) => stepOf(calls, step)).filter(({ count }) => count > 0),
  };
}

function stepOf(calls: readonly MeteredCall[], step: MeteredCall["step"]): Step {
  const ofStep = calls.filter((call) => call.step === step);
  const spread = (values: readonly number[]) => ({ median: quantile(values, 0.5), greatest: Math.max(...values) });
  return {
    step,
    count: ofStep.length,
    rows: quantile(ofStep.map(({ rows }) => rows), 0.5),
    processor_ms: spread(ofStep.map(({ processor_ms }) => processor_ms)),
    memory_mb: spread(ofStep.map(({ memory_bytes }) => Math.round(memory_bytes / 1e5) / 10)),
  };
}

/** Each limit that was missed, as a line. */
export function misses(measured: readonly Measured[]): string[] {
  return measured.flatMap(({ name, steps, difference }) => [
    ...(difference === null ? [] : [`${name}: ${difference}`]),
    ...steps.flatMap(({ step, processor_ms, memory_mb }) => [
      ...(processor_ms.greatest > PROCESSOR_AT_MOST_MS ? [`${name}, ${step}: ${processor_ms.greatest} ms`] : []),
      ...(memory_mb.greatest > MEMORY_AT_MOST_MB ? [`${name}, ${step}: ${memory_mb.greatest} MB`] : []),
    ]),
  ]);
}

export function asMarkdown(measured: readonly Measured[]): string {
  return [
    "# What a call of the function `export` costs",
    "",
    "Attempts of one organisation are exported through the gateway; those of the wide exports have two texts of 2 KB each. Each",
    "call runs in a new process of the Deno that the platform's edge runtime is built on. Processor time is all that this process",
    "used, its start included; memory is its greatest resident set, less that of a function that only says hello. Median",
    `(greatest). A call may use ${
      PROCESSOR_AT_MOST_MS.toLocaleString("en")
    } ms and ${MEMORY_AT_MOST_MB} MB. How long an export took depends on what else the`,
    "machine did; processor time and memory hardly do.",
    "",
    "| export | file | step | calls | rows of a call | processor time, ms | memory, MB |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...measured.flatMap((one) => one.steps.map((step) => line(one, step))),
    "",
    ...measured.map(({ name, date, difference, rows, seconds }) =>
      `- ${name}, ${date}: ${rows.toLocaleString("en")} rows in ${seconds} s, ${
        difference ?? "equal to the API's rows at the same version"
      }.`
    ),
    "",
  ].join("\n");
}

function line({ name, bytes }: Measured, { step, count, rows, processor_ms, memory_mb }: Step): string {
  const cells = [
    ...[name, `${Math.round(bytes / 1e6).toLocaleString("en")} MB`, step, count],
    step === "render" ? rows.toLocaleString("en") : "",
    ...[processor_ms, memory_mb].map(({ median, greatest }) => `${median} (${greatest})`),
  ];
  return `| ${cells.join(" | ")} |`;
}
