import type { Failure } from "../../shared/client/mod.ts";

/** What is known about one question to the API. */
export interface ResourceState<A> {
  /** The last answer to this question; kept while the API is out, dropped when the API refuses the caller. */
  readonly answer: A | null;
  /** Milliseconds of `Date.now()` at which the answer came. */
  readonly answered_at: number | null;
  /** Why the last attempt failed; null when it did not. */
  readonly failure: Failure | null;
  readonly is_asking: boolean;
}

export type ResourceEvent<A> =
  | { readonly kind: "question" }
  | { readonly kind: "asked" }
  | { readonly kind: "answered"; readonly answer: A; readonly at: number }
  | { readonly kind: "failed"; readonly failure: Failure };

export const UNASKED: ResourceState<never> = { answer: null, answered_at: null, failure: null, is_asking: true };

export function nextState<A>(state: ResourceState<A>, event: ResourceEvent<A>): ResourceState<A> {
  switch (event.kind) {
    case "question":
      return UNASKED;
    case "asked":
      return state.is_asking ? state : { ...state, is_asking: true };
    case "answered":
      return { answer: event.answer, answered_at: event.at, failure: null, is_asking: false };
    case "failed":
      // A caller who may no longer read the rows must not go on seeing those of before.
      return isRefusal(event.failure)
        ? { answer: null, answered_at: null, failure: event.failure, is_asking: false }
        : { ...state, failure: event.failure, is_asking: false };
  }
}

export function isRefusal({ status }: Failure): boolean {
  return status === 401 || status === 403 || status === 400 || status === 404;
}

/** An hour. A timer of more than 24 days runs at once, and would ask without end. */
const LONGEST_PAUSE_SECONDS = 3_600;

/** Milliseconds until the next attempt: the API's wish after a failure, otherwise the page's own pace. */
export function pauseOf(state: ResourceState<unknown>, every_seconds: number): number | null {
  if (state.failure === null) return every_seconds * 1_000;
  if (isRefusal(state.failure)) return null;
  return Math.min(LONGEST_PAUSE_SECONDS, Math.max(5, state.failure.retry_after_seconds ?? 15)) * 1_000;
}
