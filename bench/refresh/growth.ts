import { SHAPES } from "./shapes.ts";
import type { Place, Stage } from "./stage.ts";

/** Milliseconds of one shape, in the order of the rounds. */
export interface Times {
  readonly shape: string;
  readonly what: string;
  /** One percent of the groups of the larger source. */
  readonly groups: number;
  readonly refresh: readonly number[];
  /** As many groups, with a tenth of the history. */
  readonly refreshOfTenth: readonly number[];
  readonly nothing: readonly number[];
  readonly whole: readonly number[];
  readonly wholeOfTenth: readonly number[];
  /** The same view, not incremental. */
  readonly materialized: readonly number[];
}

const WARM_UP = 2;
const ROWS_PER_GROUP = 100;

/** Measures all sides of a shape in turns; every second round goes backwards. */
export async function measureGrowth({ places }: Stage, rounds: number): Promise<Times[]> {
  const all: Times[] = [];
  for (const { name, what } of SHAPES) {
    const [tenth, large] = places.filter(({ shape }) => shape.name === name);
    if (tenth === undefined || large === undefined) throw new Error(`no source of shape ${name}`);
    const groups = Math.ceil(large.rows / ROWS_PER_GROUP / 100);
    const steps: Readonly<Record<keyof Lists, () => Promise<number>>> = {
      refresh: () => refreshed(large, groups),
      refreshOfTenth: () => refreshed(tenth, groups),
      nothing: () => large.refreshInNewSession(),
      whole: () => large.refreshWhole(),
      wholeOfTenth: () => tenth.refreshWhole(),
      materialized: () => materialized(large, groups),
    };
    const lists: Lists = {
      refresh: [],
      refreshOfTenth: [],
      nothing: [],
      whole: [],
      wholeOfTenth: [],
      materialized: [],
    };
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const order = Object.keys(steps) as (keyof Lists)[];
      for (const step of round % 2 === 0 ? order : order.reverse()) {
        const milliseconds = await steps[step]();
        if (round >= 0) lists[step].push(milliseconds);
      }
    }
    all.push({ shape: name, what, groups, ...lists });
  }
  return all;
}

type Lists = Record<"refresh" | "refreshOfTenth" | "nothing" | "whole" | "wholeOfTenth" | "materialized", number[]>;

async function materialized(place: Place, groups: number): Promise<number> {
  await place.touch(groups);
  const milliseconds = await place.refreshMaterialized();
  // Otherwise the next refresh by group would have these to do as well.
  await place.refresh();
  return milliseconds;
}

async function refreshed(place: Place, groups: number): Promise<number> {
  await place.touch(groups);
  const milliseconds = await place.refresh();
  // What was logged is folded by then, so that a look which finds nothing is that of every quiet ten minutes.
  await place.refresh();
  return milliseconds;
}
