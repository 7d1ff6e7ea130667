import { AppError } from "../kernel/app_error.ts";
import type { Hash } from "../kernel/ports.ts";
import { RecentMap } from "../kernel/recent_map.ts";
import type { Scope } from "../access/scope.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import { bucketAt } from "./buckets.ts";
import { confinedTo, onlyValue } from "./only_value.ts";
import type { Params } from "./source.ts";
import {
  type BucketState,
  combineStates,
  type Resting,
  restOn,
  trueAt,
  type ViewState,
  type ViewStateMap,
} from "./view_state.ts";

/** The bucket of a view or live relation that holds all rows which an answer rests on; null if they may be in several. */
export type BucketOf = (name: string, state: ViewState) => BucketState | null;

/**
 * The state behind an answer of the resource: that of its view, combined with those of the relations that it reads. The
 * generation names the version of each.
 *
 * @throws AppError NOT_READY while one of them has never been refreshed, is not registered in the database, or cannot be
 * read.
 */
export function combinedState(resource: Resource, states: ViewStateMap, bucketOf: BucketOf): Resting {
  function rest(name: string): Resting {
    const state = requireReady(resource, name, states);
    return restOn(state, bucketOf(name, state));
  }
  const first = rest(resource.view);
  const others = (resource.reads ?? []).map(rest);
  if (others.length === 0) return first;
  return {
    state: combineStates([first.state, ...others.map(({ state }) => state)]),
    generation: [first, ...others].map(({ generation }) => generation).join("+"),
  };
}

/** A state behind answers, with its timestamps parsed. */
export interface ReadyState extends Resting {
  readonly true_at: number | null;
}

/** How many states of one resource are remembered for a second: one for each value of its bucket column that is asked for. */
const MOST_STATES = 5_000;

/**
 * Remembers ready states: one map of states is current for a second, and thousands of answers depend on it. Where replicas
 * are read there are two at a time, the replicas' and the primary's. The bucket of an answer is only guessed here, to look
 * for a kept answer: its key holds the bucket that the database named for its rows, so that a wrong guess finds nothing.
 */
export class ReadyStates {
  readonly #hash: Hash;
  readonly #hashed = new RecentMap<number>(2_000);
  #states: ViewStateMap = {};
  #ready = new Map<Resource, Remembered>();
  readonly #known = new WeakMap<ViewStateMap, Map<Resource, Remembered>>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** @throws AppError NOT_READY, as `combinedState` does. */
  of(wanted: ReadyFor, states: ViewStateMap): ReadyState {
    if (states !== this.#states) {
      this.#states = states;
      this.#ready = this.#known.get(states) ?? new Map();
      this.#known.set(states, this.#ready);
    }
    const { resource } = wanted;
    const { divided, known } = this.#rememberedOf(resource);
    const values = divided.map((name) => valueIn(name, states[name], wanted));
    const asked = values.length === 0 ? "" : JSON.stringify(values);
    const found = known.get(asked);
    if (found !== undefined) return found;
    const bucketOf: BucketOf = (name, state) => this.#bucketOf(state, values[divided.indexOf(name)] ?? null);
    const resting = combinedState(resource, states, bucketOf);
    const ready = { ...resting, true_at: trueAt(resting.state) };
    if (known.size >= MOST_STATES) known.clear();
    known.set(asked, ready);
    return ready;
  }

  #rememberedOf(resource: Resource): Remembered {
    const remembered = this.#ready.get(resource);
    if (remembered !== undefined) return remembered;
    const names = [resource.view, ...resource.reads ?? []];
    const divided = names.filter((name) => this.#states[name]?.buckets !== undefined);
    const made = { divided, known: new Map<string, ReadyState>() };
    this.#ready.set(resource, made);
    return made;
  }

  #bucketOf({ buckets, source_as_of }: ViewState, value: string | null): BucketState | null {
    if (buckets === undefined || value === null) return null;
    const held = bucketAt(buckets, this.#hashOf(value) & (buckets.count - 1));
    if (held === null) return null;
    const { number, version, moved_ms } = held;
    return { number, version, refreshed_at: new Date(moved_ms).toISOString(), source_as_of };
  }

  /** As `freshet.bucket_of` does: the first two bytes, of the text with A to Z in lower case. */
  #hashOf(value: string): number {
    const known = this.#hashed.get(value);
    if (known !== undefined) return known;
    const hashed = Number.parseInt(
      this.#hash(value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())).slice(0, 4),
      16,
    );
    this.#hashed.set(value, hashed);
    return hashed;
  }
}

/** What is remembered of a resource for one map of states. */
interface Remembered {
  /** The views with buckets that it reads. */
  readonly divided: readonly string[];
  /** By the value in each of them. */
  readonly known: Map<string, ReadyState>;
}

/** What decides the buckets that an answer rests on. */
export interface ReadyFor {
  readonly resource: Resource;
  readonly params: Params;
  readonly scope: Scope;
}

/** The only value of the bucket column in what the answer reads of this view; null if there may be several. */
function valueIn(name: string, state: ViewState | undefined, wanted: ReadyFor): string | null {
  const by = state?.buckets?.by;
  if (by === undefined) return null;
  const { resource } = wanted;
  const confined = confinedTo(wanted);
  if (confined?.column === by) return confined.value;
  // The rows of a reading are not those of the view, so its conditions say nothing about what it read.
  return name === resource.view && resource.reading === undefined ? onlyValue(by, wanted) : null;
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
