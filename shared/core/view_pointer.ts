import { isUnavailable } from "./app_error.ts";
import type { Emit } from "./cache_event.ts";
import type { Clock } from "./clock.ts";
import { parsePointer, type Pointer } from "./pointer_entry.ts";
import { LONGEST_STALE_MS } from "./reuse.ts";
import type { SharedCache } from "./shared_cache.ts";
import { SingleFlight } from "./single_flight.ts";
import type { Soon } from "./soon.ts";
import type { Source } from "./source.ts";
import type { ViewStateMap } from "./view_state.ts";

export interface ViewPointerOptions {
  readonly clock: Clock;
  readonly shared: SharedCache;
  readonly source: Source;
  /** Keeps work alive after the answer has left. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What is known of the views, and whether the source has just confirmed it. */
export interface Known {
  readonly states: Pointer["states"];
  /** False when the source did not answer and an older pointer stands in. */
  readonly is_confirmed: boolean;
}

const MEMORY_MS = 1_000;
const SHARED_MS = 2_000;
const RENEW_MS = 100;

const CURRENT = "states";
const LAST = "states:last";

/**
 * Which version of each view is current: from memory for 1 s, from the shared cache for 2 s, else from the database. So
 * a refresh is seen by every isolate within 3 s. While the source is down the last pointer serves, up to a day.
 */
export class ViewPointer {
  readonly #options: ViewPointerOptions;
  readonly #flight = new SingleFlight<Known>();
  readonly #renewals = new SingleFlight<void>();
  #pointer: Pointer | null = null;
  #looked_at = -Infinity;
  #is_confirmed = false;
  #sourced_at = -Infinity;

  constructor(options: ViewPointerOptions) {
    this.#options = options;
  }

  /** @throws AppError SOURCE_UNAVAILABLE when nothing is known and the source does not answer. */
  current(emit: Emit): Soon<Known> {
    const now = this.#options.clock.now();
    if (this.#pointer !== null && now - this.#looked_at < MEMORY_MS) return this.#known(this.#pointer, emit);
    const refresh = () => this.#flight.run(CURRENT, () => this.#refresh(emit), () => {});
    if (this.#pointer === null || this.#is_confirmed || this.#isTooOld(this.#pointer)) return refresh();
    // The source was down a second ago: look again behind the answer, so that nobody waits for its timeout.
    this.#looked_at = now;
    this.#options.waitUntil(refresh().catch(() => emit({ type: "background_failed", reason: "pointer" })));
    return this.#known(this.#pointer, emit);
  }

  /**
   * For somebody to whom seconds matter: when it ends, the database was asked after `since`, in milliseconds since the
   * epoch. Ten times a second at most for all who want it: the others wait.
   */
  async renew(since: number, emit: Emit): Promise<void> {
    // The first may be joined, and have begun before.
    for (let look = 0; look < 2 && this.#sourced_at < since; look += 1) {
      await this.#renewals.run(CURRENT, () => this.#lookAgain(emit), () => {});
    }
  }

  async #lookAgain(emit: Emit): Promise<void> {
    const { clock } = this.#options;
    const early_ms = this.#sourced_at + RENEW_MS - clock.now();
    if (early_ms > 0) await clock.sleep(early_ms);
    await this.#readSource(emit);
  }

  /** Takes states that came with rows: they may be newer than the pointer. */
  learn(states: ViewStateMap): void {
    if (this.#pointer === null) return;
    const known = this.#pointer.states;
    const newer = Object.entries(states).filter(([view, { version }]) => version >= (known[view]?.version ?? 0));
    this.#pointer = { ...this.#pointer, states: { ...known, ...Object.fromEntries(newer) } };
  }

  async #refresh(emit: Emit): Promise<Known> {
    const shared = await this.#readShared(CURRENT, emit);
    if (shared !== null) {
      emit({ type: "pointer_refreshed", from: "shared" });
      return this.#accept(shared, true, emit);
    }
    return await this.#readSource(emit);
  }

  async #readSource(emit: Emit): Promise<Known> {
    this.#sourced_at = this.#options.clock.now();
    try {
      const pointer = { states: await this.#options.source.states(), observed_at: this.#options.clock.now() };
      emit({ type: "pointer_refreshed", from: "source" });
      this.#publish(pointer, emit);
      return this.#accept(pointer, true, emit);
    } catch (error) {
      const last = this.#pointer ?? await this.#readShared(LAST, emit);
      if (!isUnavailable(error) || last === null || this.#isTooOld(last)) throw error;
      return this.#accept(last, false, emit);
    }
  }

  #accept(pointer: Pointer, is_confirmed: boolean, emit: Emit): Known {
    this.#pointer = pointer;
    this.#is_confirmed = is_confirmed;
    this.#looked_at = this.#options.clock.now();
    return this.#known(pointer, emit);
  }

  #known(pointer: Pointer, emit: Emit): Known {
    if (!this.#is_confirmed) emit({ type: "pointer_stale" });
    return { states: pointer.states, is_confirmed: this.#is_confirmed };
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

  /** Two keys, so that the store's clock and not an isolate's decides what is still current. */
  #publish(pointer: Pointer, emit: Emit): void {
    const value = JSON.stringify(pointer);
    const writes = [
      { key: CURRENT, value, milliseconds: SHARED_MS },
      { key: LAST, value, milliseconds: LONGEST_STALE_MS },
    ];
    this.#options.waitUntil(this.#options.shared.commit(writes, null, emit));
  }
}
