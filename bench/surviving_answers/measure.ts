import { sha256 } from "../../shared/adapters/runtime/sha256.ts";
import { dice } from "../../tests/support/random/dice.ts";
import type { Stage } from "./stage.ts";

/** The share of the organisations that a refresh finds changed. */
export const SHARES = [0.01, 0.05, 0.2] as const;

export interface Measured {
  readonly buckets: number;
  /** The share of the organisations that were written to. */
  readonly changed: number;
  /** For each round the share of all answers that memory still gave after it. */
  readonly kept: readonly number[];
  /** Answers whose rows were not those of the database. Must be 0. */
  readonly wrong: number;
  readonly pointer: Awaited<ReturnType<Stage["pointer"]>>;
}

/** Writes to some organisations, refreshes, and asks for all: which answers were kept, and whether each is right. */
export async function measure(
  stage: Stage,
  { buckets, changed, rounds }: { readonly buckets: number; readonly changed: number; readonly rounds: number },
): Promise<Measured> {
  await stage.useBuckets(buckets);
  await stage.askAll();
  const kept: number[] = [];
  let wrong = 0;
  for (let round = 0; round < rounds; round += 1) {
    await stage.write(drawn(stage.organisations, changed, round));
    const [asked, held] = [await stage.askAll(), await stage.rowsOfAll()];
    kept.push(asked.filter(({ is_kept }) => is_kept).length / asked.length);
    wrong += asked.filter(({ rows }, place) => rows !== held[place]).length;
  }
  return { buckets, changed, kept, wrong, pointer: await stage.pointer() };
}

/** The share of answers that hashing alone would keep, for numbers of organisations that take long to ask. */
export function reckon(
  { organisations, buckets, changed, rounds }: {
    readonly organisations: number;
    readonly buckets: number;
    readonly changed: number;
    readonly rounds: number;
  },
): number {
  const bucketOf = (name: string) => Number.parseInt(sha256(name).slice(0, 4), 16) % buckets;
  const names = Array.from({ length: organisations }, (_, index) => `organisation ${index}`);
  let kept = 0;
  for (let round = 0; round < rounds; round += 1) {
    const ended = new Set(drawn(names, changed, round).map(bucketOf));
    kept += names.filter((name) => !ended.has(bucketOf(name))).length;
  }
  return kept / rounds / organisations;
}

/** That share of the names, drawn without repetition; the same in every run. */
function drawn(names: readonly string[], share: number, seed: number): string[] {
  const roll = dice(20_261_130 + seed);
  const left = [...names];
  return Array.from({ length: Math.round(share * names.length) }, () => left.splice(roll(left.length), 1)[0] ?? "");
}
