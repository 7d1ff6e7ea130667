import { isUnavailable } from "../kernel/app_error.ts";
import type { Emit } from "../cache/event.ts";
import type { Clock } from "../kernel/ports.ts";
import { parsePointer, type Pointer } from "./pointer_entry.ts";
import { LONGEST_STALE_MS } from "./reuse.ts";
import type { SharedCache } from "../cache/shared_cache.ts";
import { SingleFlight } from "../kernel/single_flight.ts";
import type { MaybePromise } from "../kernel/maybe_promise.ts";
import { withBucket } from "./buckets.ts";
import { isOlder, newest } from "./replica_choice.ts";
import type { ViewState, ViewStateMap } from "./view_state.ts";

export interface ViewPointerOptions {
  readonly clock: Clock;
  readonly shared: SharedCache;
  readonly source: StatesSource;
  /** Tells the keys in the shared cache apart from those of another pointer. */
  readonly name?: string;
  /** Keys of other pointers in the shared cache: states older than theirs are not taken. For a source that may lag. */
  readonly remembers?: readonly string[];
  /** Called with all states that the source has confirmed. */
  readonly tell?: (states: ViewStateMap) => void;
  /** Keeps work alive after the answer has left. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Where the states come from. */
export interface StatesSource {
  /** @param asked `seen`: the newest states that are known. A source that may lag must not report older ones. */
  states(asked: { readonly seen: ViewStateMap; readonly emit: Emit }): Promise<ViewStateMap>;
}

/** The known states of the views, and whether the source has just confirmed them. */
export interface Known {
  readonly states: Pointer["states"];
  /** False when the source did not answer and an older pointer is used instead. */
  readonly is_confirmed: boolean;
  /** When the source reported the states, in milliseconds since the epoch. */
  readonly observed_at: number;
}

const MEMORY_MS = 1_000;
/** Counted from the query to the database; a trip to Redis takes 120 ms at most. */
const SHARED_MS = 1_880;
const RENEW_MS = 100;
/** How long a source that did not answer is taken to be down: no request then waits for another timeout. */
const SILENCE_MS = 3_000;

const CURRENT = "states";
/** Where the primary's last states are, for a day. */
export const LAST = "states:last";

/**
 * Which version of each view is current: from memory for 1 s, from the shared cache for 2 s, else from the database. So
 * a refresh is seen by every isolate within 3 s. While the source is down the last pointer is used, for up to a day; answers
 * that depend on access rights have a shorter bound.
 */
export class ViewPointer {
  readonly #options: ViewPointerOptions;
  readonly #flight = new SingleFlight<Known>();
  readonly #renewals = new SingleFlight<void>();
  readonly #current: string;
  readonly #last: string;
  #pointer: Pointer | null = null;
  /** What was learned since the source was asked last: its answer may be older. */
  #learned: ViewStateMap = {};
  #looked_at = -Infinity;
  #is_confirmed = false;
  #sourced_at = -Infinity;
  #silent_at = -Infinity;

  constructor(options: ViewPointerOptions) {
    this.#options = options;
    const prefix = options.name === undefined ? "" : `${options.name}:`;
    this.#current = prefix + CURRENT;
    this.#last = prefix + LAST;
  }

  /** @throws AppError SOURCE_UNAVAILABLE when nothing is known and the source does not answer. */
  current(emit: Emit): MaybePromise<Known> {
    const now = this.#options.clock.now();
    if (this.#pointer !== null && now - this.#looked_at < MEMORY_MS) return this.#known(this.#pointer, emit);
    const refresh = () => this.#flight.run(CURRENT, () => this.#refresh(emit), () => {});
    if (this.#pointer === null || this.#is_confirmed || this.#isTooOld(this.#pointer)) return refresh();
    if (now - this.#silent_at >= SILENCE_MS) return refresh();
    // The source was down a moment ago: look again after the answer, which then does not wait for the timeout.
    this.#looked_at = now;
    this.#options.waitUntil(refresh().catch(() => emit({ type: "background_failed", reason: "pointer" })));
    return this.#known(this.#pointer, emit);
  }

  /**
   * For a caller to whom seconds matter: when it returns, the database was queried after `since`, in milliseconds since the
   * epoch. All callers together query it at most ten times a second: the others wait.
   */
  async renew(since: number, emit: Emit): Promise<void> {
    // The first query may be one that was joined, and had begun before `since`.
    for (let look = 0; look < 2 && this.#sourced_at < since; look += 1) {
      await this.#renewals.run(CURRENT, () => this.#lookAgain(emit), () => {});
    }
  }

  get #mayLag(): boolean {
    return this.#options.remembers !== undefined;
  }

  async #lookAgain(emit: Emit): Promise<void> {
    const { clock } = this.#options;
    const early_ms = this.#sourced_at + RENEW_MS - clock.now();
    if (early_ms > 0) await clock.sleep(early_ms);
    await this.#readSource(emit);
  }

  /** The newest states that this isolate has seen. */
  known(): ViewStateMap {
    return this.#pointer?.states ?? {};
  }

  /** Takes over states that came with rows: they may be newer than the pointer. */
  learn(states: ViewStateMap): void {
    if (this.#pointer === null) return;
    const known = this.#pointer.states;
    const newer = Object.fromEntries(
      Object.entries(states)
        .filter(([view, { version }]) => version >= (known[view]?.version ?? 0))
        .map(([view, state]) => [view, learned(known[view], state)]),
    );
    if (this.#mayLag) this.#learned = newest(this.#learned, newer);
    this.#pointer = { ...this.#pointer, states: { ...known, ...newer } };
  }

  async #refresh(emit: Emit): Promise<Known> {
    const asked_at = this.#options.clock.now();
    const shared = await this.#readShared(this.#current, emit);
    // Without a source that may lag, a shared pointer is never older than what is known here.
    const is_usable = shared !== null &&
      (!this.#mayLag || !isOlder(shared.states, this.known()));
    if (is_usable) {
      emit({ type: "pointer_refreshed", from: "shared" });
      return this.#accept(shared, { is_confirmed: true, asked_at }, emit);
    }
    return await this.#readSource(emit);
  }

  /** The newest states that this isolate or another one has seen. */
  async #seen(emit: Emit): Promise<ViewStateMap> {
    const own = this.known();
    const { remembers } = this.#options;
    if (remembers === undefined) return own;
    const others = await Promise.all([this.#last, ...remembers].map((key) => this.#readShared(key, emit)));
    return others.reduce((all, pointer) => pointer === null ? all : newest(all, pointer.states), own);
  }

  /** The states are as old as the query: a change that came while it was under way may not be in its result. */
  async #readSource(emit: Emit): Promise<Known> {
    const { clock, source } = this.#options;
    const asked_at = clock.now();
    this.#sourced_at = asked_at;
    this.#learned = {};
    try {
      const seen = await this.#seen(emit);
      const states = await source.states({ seen, emit });
      const pointer = { states: this.#mayLag ? newest(states, this.#learned) : states, observed_at: asked_at };
      emit({ type: "pointer_refreshed", from: "source" });
      this.#publish(pointer, emit);
      return this.#accept(pointer, { is_confirmed: true, asked_at }, emit);
    } catch (error) {
      const last = this.#pointer ?? await this.#readShared(this.#last, emit);
      if (!isUnavailable(error) || last === null || this.#isTooOld(last)) throw error;
      this.#silent_at = clock.now();
      return this.#accept(last, { is_confirmed: false, asked_at: this.#silent_at }, emit);
    }
  }

  #accept(
    pointer: Pointer,
    { is_confirmed, asked_at }: { readonly is_confirmed: boolean; readonly asked_at: number },
    emit: Emit,
  ): Known {
    this.#pointer = pointer;
    this.#is_confirmed = is_confirmed;
    this.#looked_at = asked_at;
    if (is_confirmed) this.#options.tell?.(pointer.states);
    return this.#known(pointer, emit);
  }

  #known({ states, observed_at }: Pointer, emit: Emit): Known {
    if (!this.#is_confirmed) emit({ type: "pointer_stale" });
    return { states, is_confirmed: this.#is_confirmed, observed_at };
  }

  #isTooOld(pointer: Pointer): boolean {
    return this.#options.clock.now() - pointer.observed_at > LONGEST_STALE_MS;
  }

  async #readShared(key: string, emit: Emit): Promise<Pointer | null> {
    const read = await this.#options.shared.read(key, emit);
    const pointer = read.kind === "value" ? parsePointer(read.value) : null;
    if (read.kind === "value" && pointer === null) emit({ type: "entry_malformed" });
    return pointer;
  }

  /** Two keys, so that the store's clock, not an isolate's, decides what is still current. */
  #publish(pointer: Pointer, emit: Emit): void {
    const value = JSON.stringify(pointer);
    const left_ms = pointer.observed_at + SHARED_MS - this.#options.clock.now();
    const writes = [
      ...(left_ms > 0 ? [{ key: this.#current, value, milliseconds: left_ms }] : []),
      { key: this.#last, value, milliseconds: LONGEST_STALE_MS },
    ];
    this.#options.waitUntil(this.#options.shared.commit(writes, null, emit));
  }
}

/**
 * A state that came with rows says only which version the bucket of these rows has. The other buckets stay as they are known,
 * and so does the moment at which they were verified: the refresh of a newer version may have changed their rows.
 */
function learned(known: ViewState | undefined, { bucket, ...state }: ViewState): ViewState {
  if (known?.buckets === undefined) return state;
  const verified_at = state.version === known.version ? state.verified_at : known.verified_at;
  if (bucket === undefined) return { ...state, verified_at, buckets: known.buckets };
  const { number, version, refreshed_at } = bucket;
  const buckets = withBucket(known.buckets, { number, version, moved_ms: Date.parse(refreshed_at) });
  return { ...state, verified_at, buckets };
}
