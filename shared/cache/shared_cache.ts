import { Breaker } from "../kernel/breaker.ts";
import type { CacheEvent, Emit } from "./event.ts";
import type { Clock } from "../kernel/ports.ts";
import { type Acquired, type Lock, type SharedStore, SharedStoreError, type Write } from "./shared_store.ts";

export type SharedRead =
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "nothing" | "unavailable" };

type Operation = Extract<CacheEvent, { type: "shared_failed" }>["operation"];

export interface SharedCacheOptions {
  readonly clock: Clock;
  /** Prefix of every key, so that two projects or environments can share one Redis without collisions. */
  readonly prefix: string;
}

/** How long an isolate holds the lock of a fetch before another isolate may try: the source's own timeout. */
const LOCK_MS = 5_000;

/** Pause after a timeout: a request calls Redis several times in a row, and may lose one timeout to it, not three. */
const REST_MS = 100;

/**
 * A shared store whose failures cannot fail a request: a failure is reported as an event and returned as "unavailable",
 * and after 5 failures in a row the circuit breaker stays open for 10 s. Without a store, every call is "unavailable".
 */
export class SharedCache {
  readonly #store: SharedStore | null;
  readonly #breaker: Breaker;
  readonly #clock: Clock;
  #silent_until = -Infinity;
  readonly #prefix: string;

  constructor(store: SharedStore | null, options: SharedCacheOptions) {
    this.#store = store;
    this.#prefix = options.prefix;
    this.#clock = options.clock;
    this.#breaker = new Breaker({ clock: options.clock, failures: 5, open_ms: 10_000 });
  }

  /** Whether there is a store. */
  get exists(): boolean {
    return this.#store !== null;
  }

  async read(key: string, emit: Emit): Promise<SharedRead> {
    const value = await this.#ask("read", emit, (store) => store.read(this.#prefix + key));
    if (value === undefined) return { kind: "unavailable" };
    return value === null ? { kind: "nothing" } : { kind: "value", value };
  }

  /** A lock is an optimisation: on `unavailable`, go on without one. */
  async acquire(lock: Lock, key: string, emit: Emit): Promise<Acquired | "unavailable"> {
    const acquired = await this.#ask(
      "acquire",
      emit,
      (store) => store.acquire(this.#prefixed(lock), LOCK_MS, this.#prefix + key),
    );
    if (acquired === undefined) return "unavailable";
    emit({ type: acquired.is_won ? "lock_won" : "lock_lost" });
    return acquired;
  }

  async commit(writes: readonly Write[], lock: Lock | null, emit: Emit): Promise<void> {
    const prefixed = writes.map((write) => this.#prefixed(write));
    const held = lock === null ? null : this.#prefixed(lock);
    await this.#ask("commit", emit, (store) => store.commit(prefixed, held));
  }

  #prefixed<Keyed extends { readonly key: string }>(keyed: Keyed): Keyed {
    return { ...keyed, key: this.#prefix + keyed.key };
  }

  async #ask<T>(operation: Operation, emit: Emit, work: (store: SharedStore) => Promise<T>): Promise<T | undefined> {
    const store = this.#store;
    return store === null ? undefined : await this.attempt(operation, () => work(store), emit);
  }

  /**
   * Runs work on the same Redis behind the one circuit breaker, for the cache and for others such as the rate limiter.
   *
   * @returns undefined if Redis failed or was not asked
   */
  async attempt<T>(operation: Operation, work: () => Promise<T>, emit: Emit): Promise<T | undefined> {
    if (this.#clock.now() < this.#silent_until || !this.#breaker.allows()) {
      emit({ type: "shared_skipped" });
      return undefined;
    }
    try {
      const result = await work();
      this.#breaker.succeeded();
      return result;
    } catch (error) {
      this.#breaker.failed();
      const is_silent = error instanceof SharedStoreError && error.reason === "timeout";
      if (is_silent) this.#silent_until = this.#clock.now() + REST_MS;
      emit({ type: "shared_failed", operation, reason: error instanceof SharedStoreError ? error.reason : "defect" });
      return undefined;
    }
  }
}
