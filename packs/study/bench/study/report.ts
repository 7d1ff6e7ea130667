import type { Options } from "../../../../bench/growth_options.ts";
import { quantile, quantiles, round, span } from "../../../../bench/quantiles.ts";
import { BATCH, LOOKUP_STEP, type Measured, PLAIN, processorOf, SCAN, TRACK } from "./measure.ts";
import type { Cost } from "./stage.ts";

/** The greatest growth exponent of the batch and of the reads. */
const GROWTH_AT_MOST = 0.1;
const TRACKED_EVENTS = 500;

function largeOf(measured: readonly Measured[], name: string): readonly Cost[] {
  return measured.find((one) => one.name === name)?.large ?? [];
}

/** By processor time, with the long history. */
function ratio(measured: readonly Measured[], name: string, to: string): number {
  return processorOf(largeOf(measured, name)) / processorOf(largeOf(measured, to));
}

function wallOf(costs: readonly Cost[]): number[] {
  return costs.map(({ wall }) => wall);
}

/** Each target that was missed, as a line. */
export function misses(measured: readonly Measured[]): string[] {
  return measured.flatMap(({ name, exponent, atMostMs, large }) => {
    const grows = (name === BATCH || atMostMs !== null) && !(exponent <= GROWTH_AT_MOST);
    const isSlow = atMostMs !== null && !(quantile(wallOf(large), 0.5) <= atMostMs);
    return [
      ...(grows ? [`${name} grows with history: exponent ${exponent.toFixed(3)}, at most ${GROWTH_AT_MOST}`] : []),
      ...(isSlow ? [`${name} takes ${quantile(wallOf(large), 0.5).toFixed(1)} ms, at most ${atMostMs}`] : []),
    ];
  });
}

function ratios(measured: readonly Measured[]): Record<string, number> {
  return {
    batch_to_scan: round(ratio(measured, BATCH, SCAN)),
    track_batch_to_plain_insert: round(ratio(measured, TRACK, PLAIN)),
    tracked_events_per_second: Math.round(TRACKED_EVENTS * 1000 / quantile(wallOf(largeOf(measured, TRACK)), 0.5)),
    tracked_events_per_processor_second: Math.round(TRACKED_EVENTS * 1000 / processorOf(largeOf(measured, TRACK))),
  };
}

export function asJson(measured: readonly Measured[], options: Options): string {
  const steps = measured.map(({ name, small, large, exponent, atMostMs }) => ({
    name,
    exponent: round(exponent),
    at_most_ms: atMostMs,
    to_lookup: atMostMs === null ? null : round(ratio(measured, name, LOOKUP_STEP)),
    small_processor_ms: quantiles(small.map(({ processor }) => processor)),
    large_processor_ms: quantiles(large.map(({ processor }) => processor)),
    small_ms: quantiles(wallOf(small)),
    large_ms: quantiles(wallOf(large)),
  }));
  return `${JSON.stringify({ ...options, growth_at_most: GROWTH_AT_MOST, ...ratios(measured), steps }, null, 2)}\n`;
}

export function asMarkdown(measured: readonly Measured[], { small, large, rounds }: Options): string {
  const [left, right] = [small, large].map((events) => `${events.toLocaleString("en")} events`);
  const { batch_to_scan, track_batch_to_plain_insert, tracked_events_per_second, tracked_events_per_processor_second } =
    ratios(measured);
  const processor = (costs: readonly Cost[]) => round(processorOf(costs));
  return [
    "# Cost of the study pack's night and reads against its history",
    "",
    `Medians of ${rounds} rounds (the batch: a sixth of them), both databases in turns in one run. 1,000 users of 100 topics`,
    "report 1,000 events a day, so ten times the events are ten times the days: 100 and 1,000, longer than the two years",
    "that are kept. Processor time is that of the server's process, so other load on the machine is not in it; the time",
    "until the answer, with its 5th and 95th percentile, has that load in it. Growth exponent (of the processor time): 0 is",
    "a cost that does not depend on history, 1 one that grows with it.",
    "",
    `| step | processor, ms: ${left} | ${right} | growth exponent | ÷ lookup | answer, ms: ${right} | document |`,
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...measured.map((one) =>
      `| ${one.name} | ${processor(one.small)} | ${processor(one.large)} | ${one.exponent.toFixed(3)} | ${
        one.atMostMs === null ? "" : ratio(measured, one.name, LOOKUP_STEP).toFixed(2)
      } | ${span(wallOf(one.large))} | ${one.atMostMs === null ? "" : `< ${one.atMostMs} ms`} |`
    ),
    "",
    `The batch costs ${batch_to_scan} times as much as one scan of the partition of its day: it aggregates the days of 167 users,`,
    "and recomputes the mastery, the rolling figures and the 50 most urgent gaps of all 1,000. `track_batch` takes",
    `${tracked_events_per_second?.toLocaleString("en")} events a second on one connection (${
      tracked_events_per_processor_second?.toLocaleString("en")
    } a second of processor time), at ${track_batch_to_plain_insert} times the cost`,
    "of 500 rows inserted into a table without keys and triggers. Targets: growth of the batch and of each read at most",
    `${GROWTH_AT_MOST}, and each read within the document's time.`,
    "",
  ].join("\n");
}
