import type { Clock } from "../../../shared/kernel/ports.ts";
import {
  type Acquired,
  type Lock,
  type SharedStore,
  SharedStoreError,
  type Write,
} from "../../../shared/cache/shared_store.ts";
import { settle } from "./clock.ts";

interface Held {
  readonly value: string;
  readonly until: number;
}

/** A Redis in memory that several readers can share, that can fall silent, and that counts round trips. */
export class FakeSharedStore implements SharedStore {
  readonly #clock: Clock;
  readonly held = new Map<string, Held>();
  is_down = false;
  /** Whether Redis is silent, so that each call costs its timeout. */
  is_silent = false;
  readonly trips = { read: 0, acquire: 0, commit: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(key: string): Promise<string | null> {
    await this.#trip("read");
    return this.#live(key);
  }

  async acquire(lock: Lock, milliseconds: number, key: string): Promise<Acquired> {
    await this.#trip("acquire");
    const is_won = this.#live(lock.key) === null;
    if (is_won) this.plant(lock.key, lock.token, milliseconds);
    return { is_won, value: this.#live(key) };
  }

  async commit(writes: readonly Write[], lock: Lock | null): Promise<void> {
    await this.#trip("commit");
    for (const { key, value, milliseconds } of writes) this.plant(key, value, milliseconds);
    if (lock !== null && this.#live(lock.key) === lock.token) this.held.delete(lock.key);
  }

  plant(key: string, value: string, milliseconds = 86_400_000): void {
    this.held.set(key, { value, until: this.#clock.now() + milliseconds });
  }

  /** The keys whose name holds the text, without the deployment's prefix. */
  keysWith(text: string): string[] {
    return [...this.held.keys()].filter((key) => key.includes(text));
  }

  #live(key: string): string | null {
    const held = this.held.get(key);
    return held !== undefined && this.#clock.now() < held.until ? held.value : null;
  }

  async #trip(operation: keyof FakeSharedStore["trips"]): Promise<void> {
    this.trips[operation] += 1;
    await settle();
    if (this.is_silent) throw new SharedStoreError("timeout");
    if (this.is_down) throw new SharedStoreError("unreachable");
  }
}
