import { z } from "zod";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";
import { bucketList } from "./buckets.ts";

/** The version of the bucket that all rows of an answer are in. */
const bucketState = z.object({
  number: z.int().min(0),
  version: z.int().min(0),
  refreshed_at: utcTimestamp,
  source_as_of: utcTimestamp.nullable(),
});

export type BucketState = z.output<typeof bucketState>;

/** The state of one view, as the database reports it. Unknown fields are dropped, so the registry may grow before the functions do. */
export const viewState = z.object({
  /** Changes only when rows were recomputed. */
  version: z.int().min(0),
  refreshed_at: utcTimestamp.nullable(),
  /** Changes also when a refresh found the sources unchanged: the rows were up to date at this moment. */
  verified_at: utcTimestamp.nullable(),
  source_as_of: utcTimestamp.nullable(),
  stale_after_seconds: z.number().positive(),
  populated: z.boolean(),
  /** A live relation: read directly from tables, without a refresh. */
  live: z.boolean().optional(),
  /** The versions of its buckets, in the states of all views. */
  buckets: bucketList.optional(),
  /** The bucket that an answer rests on, in the state that comes with its rows. */
  bucket: bucketState.optional(),
  /** Which part of the state could not be read; the other members then mean nothing. */
  unreadable: z.string().optional(),
});

export type ViewState = z.output<typeof viewState>;

/** A state that cannot be read is a state too: a fault in one view must not take down the others. */
export const anyViewState = z.unknown().transform(readState);

export const viewStates = z.record(z.string(), anyViewState);

function readState(given: unknown): ViewState {
  const parsed = viewState.safeParse(given);
  if (parsed.success) return parsed.data;
  // Without its buckets a view has one version for all answers: that costs hits, and none of them is wrong.
  const undivided = viewState.omit({ buckets: true, bucket: true }).safeParse(given);
  if (undivided.success) return undivided.data;
  const unreadable = parsed.error.issues[0]?.path.join(".") || "the top";
  const unknown = { version: 0, refreshed_at: null, verified_at: null, source_as_of: null };
  return { ...unknown, stale_after_seconds: 1, populated: false, unreadable };
}

export type ViewStateMap = z.output<typeof viewStates>;

/**
 * The version as a cache sees it. It includes the refresh time: a database that was reset or restored counts from one
 * again, and its version 3 must not be taken for the version 3 that a shared cache or a browser still keeps.
 */
export function generation({ version, refreshed_at }: ViewState): string {
  return `${version}.${(refreshed_at === null ? 0 : Date.parse(refreshed_at)).toString(36)}`;
}

/** A state behind an answer, and its part of the answer's version. */
export interface Resting {
  readonly state: ViewState;
  readonly generation: string;
}

/**
 * What an answer rests on in one view or live relation: the bucket that holds all its rows, or without one all of it. The
 * number of the bucket is part of the version, so that an answer is found only where its rows were said to be.
 */
export function restOn({ buckets: _list, bucket: _own, ...whole }: ViewState, bucket: BucketState | null): Resting {
  if (bucket === null) return { state: whole, generation: generation(whole) };
  const { number, ...moved } = bucket;
  const state = { ...whole, ...moved };
  return { state, generation: `b${number}.${generation(state)}` };
}

/** When the rows were last verified, in milliseconds since the epoch; null if never. */
export function trueAt({ verified_at, refreshed_at }: ViewState): number | null {
  const moment = verified_at ?? refreshed_at;
  return moment === null ? null : Date.parse(moment);
}

/**
 * The state of an answer that depends on several states. The version changes with each of them. The rows are as old as the
 * oldest computed by a refresh, and verified when the one verified longest ago was. The answer misses its objective as soon
 * as any of the states misses its own.
 */
export function combineStates(states: readonly [ViewState, ...ViewState[]]): ViewState {
  const [first, ...others] = states;
  if (others.length === 0) return first;
  const computed = states.filter(({ live }) => live !== true);
  const urgent = others.reduce((left, right) => dueAt(right) < dueAt(left) ? right : left, first);
  const verified = states.map(({ verified_at }) => verified_at);
  const verified_at = verified.includes(null) ? null : extreme(verified, Math.min);
  return {
    version: states.reduce((sum, { version }) => sum + version, 0),
    refreshed_at: computed.length === 0
      ? extreme(states.map(({ refreshed_at }) => refreshed_at), Math.max)
      : extreme(computed.map(({ refreshed_at }) => refreshed_at), Math.min),
    source_as_of: extreme(states.map(({ source_as_of }) => source_as_of), Math.min),
    verified_at,
    stale_after_seconds: verified_at === null
      ? urgent.stale_after_seconds
      : (dueAt(urgent) - Date.parse(verified_at)) / 1_000,
    populated: states.every(({ populated }) => populated),
    live: computed.length === 0,
  };
}

/** When a state misses its objective. */
function dueAt({ verified_at, stale_after_seconds }: ViewState): number {
  return verified_at === null ? -Infinity : Date.parse(verified_at) + stale_after_seconds * 1_000;
}

/** The earliest or latest of the known timestamps, as it was written. */
function extreme(moments: readonly (string | null)[], choose: (...moments: number[]) => number): string | null {
  const known = moments.filter((moment) => moment !== null);
  const chosen = choose(...known.map(Date.parse));
  return known.find((moment) => Date.parse(moment) === chosen) ?? null;
}
