import { quantile } from "../../../../bench/quantiles.ts";
import type { Stage } from "./stage.ts";

/** The times of one step, with few and with many facts. */
export interface Measured {
  readonly name: string;
  /** Milliseconds, in the order of the rounds; one value for a step that runs once. */
  readonly small: readonly number[];
  readonly large: readonly number[];
  /** Growth exponent: log10(t_large / t_small) of the medians, for ten times as many facts. */
  readonly exponent: number;
}

const STEPS = [
  { name: "one organisation's overview", step: "read" },
  { name: "the same from the facts", step: "addUp" },
  { name: "round trip (baseline)", step: "roundTrip" },
] as const;
const WARM_UP = 5;

/** Measures both databases in turns, so that other load on the machine affects both. */
export async function measureRounds(
  { small, large, rounds }: { readonly small: Stage; readonly large: Stage; readonly rounds: number },
): Promise<Measured[]> {
  const times = STEPS.map(() => ({ small: [] as number[], large: [] as number[] }));
  for (let round = 0; round < WARM_UP + rounds; round += 1) {
    for (const [side, stage] of [["small", small], ["large", large]] as const) {
      for (const [index, { step }] of STEPS.entries()) {
        const milliseconds = await stage[step]();
        if (round >= WARM_UP) times[index]?.[side].push(milliseconds);
      }
    }
  }
  const growth = Math.log10(large.rows / small.rows);
  const measured = (name: string, left: readonly number[], right: readonly number[]): Measured => ({
    name,
    small: left,
    large: right,
    exponent: Math.log10(quantile(right, 0.5) / quantile(left, 0.5)) / growth,
  });
  return [
    measured("insert of the attempts, with their facts", [small.insert], [large.insert]),
    measured("first refresh of the views", [small.refresh], [large.refresh]),
    ...STEPS.map(({ name }, index) => measured(name, times[index]?.small ?? [], times[index]?.large ?? [])),
  ];
}
