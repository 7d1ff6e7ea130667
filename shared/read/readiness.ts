import { AppError } from "../kernel/app_error.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import { combineStates, type ViewState, type ViewStateMap } from "./view_state.ts";

/**
 * The state behind an answer of the resource: that of its view, combined with those of the relations that it reads.
 *
 * @throws AppError NOT_READY while one of them has never been refreshed, is not registered in the database, or cannot be
 * read.
 */
export function combinedState(resource: Resource, states: ViewStateMap): ViewState {
  const { view, reads } = resource;
  if (reads === undefined || reads.length === 0) return requireReady(resource, view, states);
  return combineStates([
    requireReady(resource, view, states),
    ...reads.map((name) => requireReady(resource, name, states)),
  ]);
}

/** Remembers combined states: one map of states is current for a second, and thousands of answers depend on it. */
export class CombinedStates {
  #states: ViewStateMap = {};
  readonly #combined = new Map<Resource, ViewState>();

  /** As `combinedState`. */
  of(resource: Resource, states: ViewStateMap): ViewState {
    if (states !== this.#states) {
      this.#states = states;
      this.#combined.clear();
    }
    const known = this.#combined.get(resource);
    if (known !== undefined) return known;
    const state = combinedState(resource, states);
    this.#combined.set(resource, state);
    return state;
  }
}

function requireReady(resource: Resource, name: string, states: ViewStateMap): ViewState {
  const state = states[name];
  if (state?.populated && state.refreshed_at !== null) return state;
  if (state?.unreadable !== undefined) {
    throw new AppError("NOT_READY", {
      detail: `${
        fullName(resource)
      } cannot be answered: where its rows stand cannot be read, and the operators are told`,
      retry_after_seconds: 30,
      defect: `the state of ${name} cannot be read, at ${state.unreadable}`,
      is_fault: true,
    });
  }
  throw new AppError("NOT_READY", {
    detail: `${fullName(resource)} has not been computed yet; its first refresh will make it readable`,
    retry_after_seconds: 30,
    defect: `${name} is ${state === undefined ? "not registered" : "not populated"}`,
  });
}
