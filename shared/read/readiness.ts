import { AppError } from "../kernel/app_error.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import { combineStates, generation, trueAt, type ViewState, type ViewStateMap } from "./view_state.ts";

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

/** A state behind answers, with its timestamps parsed. */
export interface ReadyState {
  readonly state: ViewState;
  readonly generation: string;
  readonly true_at: number | null;
}

/**
 * Remembers ready states: one map of states is current for a second, and thousands of answers depend on it. Where replicas
 * are read there are two at a time, the replicas' and the primary's.
 */
export class ReadyStates {
  #states: ViewStateMap = {};
  #ready = new Map<Resource, ReadyState>();
  readonly #known = new WeakMap<ViewStateMap, Map<Resource, ReadyState>>();

  /** @throws AppError NOT_READY, as `combinedState` does. */
  of(resource: Resource, states: ViewStateMap): ReadyState {
    if (states !== this.#states) {
      this.#states = states;
      this.#ready = this.#known.get(states) ?? new Map();
      this.#known.set(states, this.#ready);
    }
    const known = this.#ready.get(resource);
    if (known !== undefined) return known;
    const state = combinedState(resource, states);
    const ready = { state, generation: generation(state), true_at: trueAt(state) };
    this.#ready.set(resource, ready);
    return ready;
  }
}

function requireReady(resource: Resource, name: string, states: ViewStateMap): ViewState {
  const state = states[name];
  if (state?.populated && state.refreshed_at !== null) return state;
  if (state?.unreadable !== undefined) {
    throw new AppError("NOT_READY", {
      detail: `${
        fullName(resource)
      } cannot be answered: the state of its rows cannot be read; the operators are informed`,
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
