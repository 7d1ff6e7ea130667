import { type Figure, type Figures, median, spread } from "./figures.ts";
import type { Options } from "./options.ts";
import { barChart } from "./plot.ts";
import { judge, type Target, TARGETS, type Verdict } from "./targets.ts";

export interface Run {
  readonly options: Options;
  /** A description of the machine. */
  readonly machine: string;
  readonly date: string;
  readonly figures: Figures;
  readonly speeds: ReadonlyMap<string, readonly number[]>;
  /** Processor time of a request for the same sides, in microseconds. */
  readonly costs: ReadonlyMap<string, readonly number[]>;
  /** Reasons not to trust the run. */
  readonly doubts: readonly string[];
}

export interface Row extends Target {
  readonly figure: Figure;
  readonly verdict: Verdict;
}

/** The verdict on each target that was measured. */
export function judged({ figures }: Run): Row[] {
  return TARGETS.flatMap((target) => {
    const figure = figures.get(target.id);
    return figure === undefined ? [] : [{ ...target, figure, verdict: judge(target, figure.value) }];
  });
}

export function asJson(run: Run): string {
  const { options, machine, date, doubts } = run;
  const targets = judged(run).map(({ figure, ...row }) => ({ ...row, ...figure }));
  const requests_per_second = Object.fromEntries(
    [...run.speeds].map(([name, values]) => [name, values.map(Math.round)]),
  );
  const processor_us = Object.fromEntries([...run.costs].map(([name, values]) => [name, values.map(Math.round)]));
  return `${JSON.stringify({ date, machine, options, doubts, targets, requests_per_second, processor_us }, null, 2)}\n`;
}

const WORDS: Readonly<Record<Verdict, string>> = { stretch: "stretch", must: "must", missed: "**missed**" };

export function asMarkdown(run: Run): string {
  const { options, machine, date, doubts } = run;
  const rows = judged(run).map(({ id, what, figure, direction, must, stretch, verdict }) => {
    const sign = direction === "at_least" ? "≥" : "≤";
    const aim = stretch === null ? "" : `${sign} ${stretch}`;
    const range = figure.low === figure.high ? "" : ` (${shown(figure.low)}–${shown(figure.high)})`;
    const witness = figure.by_processor_time === undefined ? "" : shown(figure.by_processor_time);
    return `| ${id} | ${what} | ${shown(figure.value)}${range} | ${witness} | ${sign} ${must} | ${aim} | ${
      WORDS[verdict]
    } |`;
  });
  const speeds = [...run.speeds].map(([name, values]) => {
    const { value, low, high } = spread(values);
    return `| ${name} | ${thousands(value)} | ${thousands(low)}–${thousands(high)} | ${cost(run, name)} |`;
  });
  return [
    `${date}, ${machine}. ${options.rounds} rounds of ${options.seconds} s for each side, in turns; median of the rounds' ratios (least–greatest).`,
    "",
    ...doubts.map((doubt) => `> ${doubt}\n`),
    "| | what | measured | by processor time | must | stretch | reached |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    ...(speeds.length === 0 ? [] : [
      "| side | req/s, median | range | processor time of a request, µs, median |",
      "| --- | --- | --- | --- |",
      ...speeds,
      "",
      "![Answers of one processor](results/serving.svg)",
      "",
    ]),
  ].join("\n");
}

/** The plot of requests per second, one bar for each side. */
export function asPlot({ speeds }: Run): string {
  const bars = [...speeds].map(([name, values]) => ({ name, ...spread(values) }));
  return barChart("Answers of one processor", "requests per second, logarithmic", bars);
}

function cost({ costs }: Run, name: string): string {
  return String(Math.round(median(costs.get(name) ?? [])));
}

function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en");
}
