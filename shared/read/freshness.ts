import type { ReadyState } from "./readiness.ts";
import { trueAt, type ViewState } from "./view_state.ts";

/** How old an answer is, for the headers. */
export interface RowFreshness {
  /** When the rows were computed. */
  readonly as_of: string | null;
  /** Seconds since the rows were last verified. */
  readonly age_seconds: number;
  /** Older than the view's objective, or served while the source did not answer. */
  readonly is_stale: boolean;
  /** The age, in seconds, beyond which the answer is stale; of several views, where the first of them misses its own. */
  readonly objective_seconds: number;
}

export function freshnessOf(state: ViewState, now: number, is_confirmed: boolean): RowFreshness {
  return freshnessAt({ state, true_at: trueAt(state) }, now, is_confirmed);
}

/** The same for a state whose timestamps are parsed already. */
export function freshnessAt(
  { state, true_at }: Pick<ReadyState, "state" | "true_at">,
  now: number,
  is_confirmed: boolean,
): RowFreshness {
  // The database's clock may be ahead of the isolate's: an age is never negative.
  const age_seconds = true_at === null ? 0 : Math.max(0, Math.floor((now - true_at) / 1_000));
  const objective_seconds = Math.max(0, Math.floor(state.stale_after_seconds));
  const is_stale = !is_confirmed || age_seconds > state.stale_after_seconds;
  return { as_of: state.refreshed_at, age_seconds, is_stale, objective_seconds };
}
