import { type Figure, ratio, spread } from "../serving/figures.ts";
import { barChart } from "../serving/plot.ts";
import { judge, type Target, type Verdict } from "../serving/targets.ts";
import type { Options } from "./options.ts";
import { figuresOf, type Measured, TARGETS } from "./targets.ts";

export interface Run {
  readonly options: Options;
  readonly machine: string;
  readonly date: string;
  readonly commit: string;
  /** Load of the machine when the run began. */
  readonly load: number;
  readonly measured: Measured;
}

export interface Row extends Target {
  readonly figure: Figure;
  readonly verdict: Verdict;
}

/** The verdict on each target; one that was not measured is missed. */
export function judged(measured: Measured): Row[] {
  const figures = figuresOf(measured);
  return TARGETS.map((target) => {
    const figure = figures.get(target.id) ?? { value: NaN, low: NaN, high: NaN };
    return { ...target, figure, verdict: judge(target, figure.value) };
  });
}

export function asJson({ measured, ...run }: Run): string {
  const targets = judged(measured).map(({ figure, ...row }) => ({ ...row, ...rounded(figure) }));
  const growth = measured.growth.map(({ shape, what, groups, ...lists }) => ({
    shape,
    what,
    groups,
    ...Object.fromEntries(Object.entries(lists).map(([name, times]) => [`${name}_ms`, times.map(hundredths)])),
  }));
  const writes = measured.writes.map(({ rows, ...sides }) => ({
    rows,
    ...Object.fromEntries(Object.entries(sides).map(([name, times]) => [`${name}_ms`, times.map(hundredths)])),
  }));
  return `${JSON.stringify({ ...run, targets, growth, writes }, null, 2)}\n`;
}

export function asMarkdown({ options, machine, date, commit, load, measured }: Run): string {
  const rows = judged(measured).map(({ id, what, figure, direction, must, stretch, verdict }) => {
    const sign = direction === "at_least" ? "≥" : "≤";
    const range = figure.low === figure.high ? "" : ` (${shown(figure.low)}–${shown(figure.high)})`;
    return `| ${id} | ${what} | ${shown(figure.value)}${range} | ${sign} ${must} | ${sign} ${stretch} | ${
      verdict === "missed" ? "**missed**" : verdict
    } |`;
  });
  const times = measured.growth.map((one) => {
    const columns = [one.refresh, one.refreshOfTenth, one.nothing, one.whole, one.wholeOfTenth, one.materialized];
    const share = shown(100 * ratio(one.refresh, one.materialized).value);
    return `| ${one.what} | ${one.groups} | ${columns.map(milliseconds).join(" | ")} | ${share} % |`;
  });
  const [small, large] = [options.rows / 10, options.rows].map((count) => count.toLocaleString("en"));
  return [
    "# What a refresh by group costs",
    "",
    `${date}, ${machine}, commit ${commit}, load ${
      shown(load)
    } at the start. Three sources of ${large} rows in two years, a hundred rows in a`,
    `group, percentiles in each; beside each one of ${small} rows. ${options.rounds} rounds, all sides in turns in each; median of the rounds'`,
    "ratios (least–greatest). A refresh is a call of `analytics.refresh_view` with all that belongs to it, a whole one is",
    "`refresh materialized view` of the same query alone. The server does not wait for its disk.",
    "",
    "| | what | measured | must | stretch | reached |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    `Milliseconds, median; the whole refreshes compute the same query at ${large} and at ${small} rows.`,
    "",
    `| source | groups touched | refresh at ${large} | at ${small} | nothing changed | whole at ${large} | at ${small} | materialized at ${large} | refresh ÷ materialized |`,
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...times,
    "",
    '"Materialized" is what a refresh by group replaces: `analytics.refresh_view` of the same registered view without',
    "`incremental`, concurrently and with its counts. P13 and P14 compare with less: a whole refresh that counts nothing. What a",
    "refresh has besides its groups, the ledger, the locks, the counts and the first use of the catalogues in a session, does not",
    "grow with rows or groups.",
    "",
    "P16 is the pass of [bench:audit](audit_growth.md) in fewer rounds. P19 is proved by",
    "[random plans](../proofs/incremental.json) and [kills of the server](../proofs/killed_refresh.json).",
    "",
    "![Milliseconds of a refresh](refresh.svg)",
    "",
  ].join("\n");
}

/** Each shape's refreshes and its whole refresh, on a logarithmic scale. */
export function asPlot({ options, measured }: Run): string {
  const bars = measured.growth.flatMap(({ shape, groups, refresh, refreshOfTenth, nothing, whole }) => [
    bar(`${shape}: nothing changed`, nothing),
    bar(`${shape}: ${groups} groups, a tenth`, refreshOfTenth),
    bar(`${shape}: ${groups} groups`, refresh),
    bar(`${shape}: whole`, whole),
  ]);
  return barChart(`A refresh at ${options.rows.toLocaleString("en")} rows`, "ms", bars);
}

function bar(name: string, times: readonly number[]) {
  return { name, ...spread(times) };
}

function milliseconds(times: readonly number[]): string {
  return shown(spread(times).value);
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(hundredths(value)) : "not measured";
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function rounded({ value, low, high }: Figure): Figure {
  return { value: hundredths(value), low: hundredths(low), high: hundredths(high) };
}
