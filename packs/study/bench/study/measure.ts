import { quantile } from "../../../../bench/quantiles.ts";
import { QUERIES } from "./queries.ts";
import type { Cost, Stage } from "./stage.ts";

/** The costs of one step, with a short and with a long history, in the order of the rounds. */
export interface Measured {
  readonly name: string;
  readonly small: readonly Cost[];
  readonly large: readonly Cost[];
  /** Growth exponent of the processor time: log10(t_large / t_small) of the medians, for ten times the history. */
  readonly exponent: number;
  /** What the document expects of it; null for a step that it says nothing of. */
  readonly atMostMs: number | null;
}

export const BATCH = "nightly batch, 1,000 users";
export const SCAN = "scan of the partition of the batch's day";
export const TRACK = "track_batch, 500 events";
export const PLAIN = "500 rows into a plain table";
export const LOOKUP_STEP = "one row by primary key";

interface Step {
  readonly name: string;
  readonly atMostMs: number | null;
  /** Takes so long that a sixth of the rounds is enough. */
  readonly isSlow: boolean;
  run(stage: Stage): Promise<Cost>;
}

const STEPS: readonly Step[] = [
  { name: BATCH, atMostMs: null, isSlow: true, run: (stage) => stage.batch() },
  { name: SCAN, atMostMs: null, isSlow: false, run: (stage) => stage.scan() },
  ...QUERIES.map(({ name, atMostMs }, n): Step => ({ name, atMostMs, isSlow: false, run: (stage) => stage.read(n) })),
  { name: LOOKUP_STEP, atMostMs: null, isSlow: false, run: (stage) => stage.lookup() },
];
/** After the others: they change what those read. */
const WRITES: readonly Step[] = [
  { name: TRACK, atMostMs: null, isSlow: false, run: (stage) => stage.track() },
  { name: PLAIN, atMostMs: null, isSlow: false, run: (stage) => stage.plainInsert() },
];
const WARM_UP = 5;
const SLOW_SHARE = 6;

/** Measures both databases in turns, so that other load on the machine affects both. */
export async function measureRounds(
  { small, large, rounds }: { readonly small: Stage; readonly large: Stage; readonly rounds: number },
): Promise<Measured[]> {
  const growth = Math.log10(large.events / small.events);
  const measured: Measured[] = [];
  for (const steps of [STEPS, WRITES]) {
    const times = steps.map(() => ({ small: [] as Cost[], large: [] as Cost[] }));
    for (let round = 0; round < WARM_UP + rounds; round += 1) {
      for (const [index, step] of steps.entries()) {
        if (step.isSlow && round % SLOW_SHARE !== 0) continue;
        for (const [side, stage] of [["small", small], ["large", large]] as const) {
          const cost = await step.run(stage);
          if (round >= WARM_UP || (step.isSlow && round > 0)) times[index]?.[side].push(cost);
        }
      }
    }
    measured.push(...steps.map(({ name, atMostMs }, index) => {
      const { small: left, large: right } = times[index] ?? { small: [], large: [] };
      const exponent = Math.log10(processorOf(right) / processorOf(left)) / growth;
      return { name, atMostMs, small: left, large: right, exponent };
    }));
  }
  return measured;
}

/** The median of the processor time. */
export function processorOf(costs: readonly Cost[]): number {
  return quantile(costs.map(({ processor }) => processor), 0.5);
}
