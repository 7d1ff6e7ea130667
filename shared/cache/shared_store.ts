export interface Write {
  readonly key: string;
  readonly value: string;
  readonly milliseconds: number;
}

/** A lock that belongs to whoever knows its token. */
export interface Lock {
  readonly key: string;
  readonly token: string;
}

export interface Acquired {
  readonly is_won: boolean;
  /** What stands under the key that the lock is for. */
  readonly value: string | null;
}

/** What a shared store throws: a word for the log, and nothing that the store or its client said. */
export class SharedStoreError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`The shared cache did not answer: ${reason}`);
    this.name = "SharedStoreError";
    this.reason = reason;
  }
}

/** A cache that several isolates share. Every function may throw; the caller treats that as "no shared cache now". */
export interface SharedStore {
  read(key: string): Promise<string | null>;
  /**
   * Sets the lock if nobody holds it, and then looks at what it is for, in one trip: its last holder may have written that
   * since anybody looked. It falls by itself after `milliseconds`.
   */
  acquire(lock: Lock, milliseconds: number, key: string): Promise<Acquired>;
  /** Writes, then gives the lock back if it is still ours, in one trip. */
  commit(writes: readonly Write[], lock: Lock | null): Promise<void>;
}
