import { quantile } from "../quantiles.ts";
import type { Stage } from "./stage.ts";

/** The times of one step, with the short and with the long history. */
export interface Measured {
  readonly name: string;
  /** Milliseconds, in the order of the rounds. */
  readonly small: readonly number[];
  readonly large: readonly number[];
  /** Growth exponent: log10(t_large / t_small) of the medians, for a history that is ten times as long. */
  readonly exponent: number;
}

type Step = "pass" | "page" | "purge" | "roundTrip";
const STEPS: readonly { readonly name: string; readonly step: Step }[] = [
  { name: "audit pass", step: "pass" },
  { name: "page of /ops/runs", step: "page" },
  { name: "purge of 200 runs", step: "purge" },
  { name: "round trip (baseline)", step: "roundTrip" },
];
const WARM_UP = 5;
/** Runs that end between two passes. */
const ARRIVALS = 20;

/** Measures both databases in turns, so that other load on the machine affects both. */
export async function measureRounds(
  options: { readonly small: Stage; readonly large: Stage; readonly rounds: number },
): Promise<Measured[]> {
  const times = STEPS.map(() => ({ small: [] as number[], large: [] as number[] }));
  for (let round = 0; round < WARM_UP + options.rounds; round += 1) {
    for (const side of round % 2 === 0 ? ["small", "large"] as const : ["large", "small"] as const) {
      const stage = options[side];
      await stage.arrive(ARRIVALS);
      for (const [index, { step }] of STEPS.entries()) {
        const milliseconds = await stage[step]();
        if (round >= WARM_UP) times[index]?.[side].push(milliseconds);
      }
    }
  }
  const growth = Math.log10(options.large.rows / options.small.rows);
  return STEPS.map(({ name }, index) => {
    const { small, large } = times[index] ?? { small: [], large: [] };
    return { name, small, large, exponent: Math.log10(quantile(large, 0.5) / quantile(small, 0.5)) / growth };
  });
}

/** Milliseconds of a pass over many jobs, each with five runs since the last pass, in the order of the rounds. */
export async function measureManyJobs(
  stage: Stage,
  options: { readonly jobs: number; readonly rounds: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + options.rounds; round += 1) {
    await stage.arrive(5 * options.jobs);
    const milliseconds = await stage.pass();
    if (round >= WARM_UP) times.push(milliseconds);
  }
  return times;
}
