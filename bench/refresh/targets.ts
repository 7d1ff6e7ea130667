import { exactly, type Figure, type Figures, ratio, spread } from "../serving/figures.ts";
import { type Target, target } from "../serving/targets.ts";
import type { Times } from "./growth.ts";
import type { Reads } from "./readers.ts";
import type { Writes } from "./writers.ts";

/** What a refresh by group is held to. Shares are in percent. */
export const TARGETS: readonly Target[] = [
  target("P13 plain", "at_most", 3, 2, "refresh of 1 % of the groups, % of a whole refresh, source not partitioned"),
  target("P13 pinned", "at_most", 3, 2, "the same, source partitioned, the date in the view's key"),
  target("P13 unpinned", "at_most", 6, 4, "the same, source partitioned, no date in the view's key"),
  target("P14", "at_most", 1, 0.1, "refresh that finds nothing changed, in a new session, % of a whole refresh"),
  target("P15 plain", "at_most", 0.1, 0.05, "growth exponent of a refresh, ten times the history, as many groups"),
  target("P15 pinned", "at_most", 0.1, 0.05, "the same, source partitioned, the date in the view's key"),
  target("P15 unpinned", "at_most", 0.1, 0.05, "the same, source partitioned, no date in the view's key"),
  target("P16", "at_most", 0.1, 0.05, "growth exponent of an audit pass, ten times the history of runs"),
  target("P17 1 row", "at_least", 0.9, 0.95, "inserts with logged keys ÷ with noted changes, per second"),
  target(
    "P17 100 rows",
    "at_least",
    0.7,
    0.8,
    "inserts with logged keys ÷ without triggers, each row in a group of its own",
  ),
  target("P17 1,000 rows", "at_least", 0.75, 0.85, "the same, 1,000 rows in a statement"),
  target("P18", "at_most", 0, 0, "deadlocks, and waits of writers that touch different rows of the same groups"),
  target("P19", "at_most", 0, 0, "rows that differ from the query, are miscounted or unexplained, after all of this"),
  target("P21", "at_most", 1.5, 1.2, "p99 of a read while refreshes follow each other ÷ idle"),
  target("P21 timeouts", "at_most", 0, 0, "reads that waited for a lock for a second"),
];

export interface Measured {
  readonly growth: readonly Times[];
  /** Growth exponent of an audit pass. */
  readonly audit: number;
  readonly writes: readonly Writes[];
  readonly waits: number;
  readonly faults: number;
  readonly reads: Reads;
}

export function figuresOf({ growth, audit, writes, waits, faults, reads }: Measured): Figures {
  const figures: Figures = new Map();
  for (const { shape, refresh, refreshOfTenth, whole } of growth) {
    figures.set(`P13 ${shape}`, percent(ratio(refresh, whole)));
    figures.set(`P15 ${shape}`, exponent(ratio(refresh, refreshOfTenth)));
  }
  // The dearest of the shapes.
  const nothing = growth.map((times) => percent(ratio(times.nothing, times.whole)));
  figures.set("P14", nothing.reduce((left, right) => right.value > left.value ? right : left));
  figures.set("P16", exactly(audit));
  for (const { rows, keys, note, bare } of writes) {
    figures.set(
      `P17 ${rows === 1 ? "1 row" : `${rows.toLocaleString("en")} rows`}`,
      ratio(rows === 1 ? note : bare, keys),
    );
  }
  figures.set("P18", exactly(waits));
  figures.set("P19", exactly(faults));
  figures.set("P21", ratio(reads.refreshing, reads.idle));
  figures.set("P21 timeouts", exactly(reads.timeouts));
  return figures;
}

function percent({ value, low, high }: Figure): Figure {
  return { value: value * 100, low: low * 100, high: high * 100 };
}

/** log10 of how much dearer ten times the history is. */
function exponent({ value, low, high }: Figure): Figure {
  return spread([Math.log10(low), Math.log10(value), Math.log10(high)]);
}
