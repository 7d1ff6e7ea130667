export interface Write {
  readonly key: string;
  readonly value: string;
  readonly milliseconds: number;
}

/** A lock: only the holder of its token may release it. */
export interface Lock {
  readonly key: string;
  readonly token: string;
}

export interface Acquired {
  readonly is_won: boolean;
  /** The value under the key that the lock protects. */
  readonly value: string | null;
}

/** The error of a shared store: one word for the log, and no text of the store or its client. */
export class SharedStoreError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`The shared cache did not answer: ${reason}`);
    this.name = "SharedStoreError";
    this.reason = reason;
  }
}

/** A cache that several isolates share. Each method may throw; the caller then treats the cache as unavailable. */
export interface SharedStore {
  read(key: string): Promise<string | null>;
  /**
   * Takes the lock if it is free, then reads `key`, in one round trip: the lock's last holder may have written the
   * value since the caller last read it. The lock expires after `milliseconds`.
   */
  acquire(lock: Lock, milliseconds: number, key: string): Promise<Acquired>;
  /** Writes, then releases the lock if we still hold it, in one round trip. */
  commit(writes: readonly Write[], lock: Lock | null): Promise<void>;
}
