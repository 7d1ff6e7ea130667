import type { Entry } from "./entry.ts";

/** The isolate's own cache: one slot for each stem, holding the newest entry that passed through it. */
export interface MemoryStore {
  get(stem: string): Entry | undefined;
  set(stem: string, entry: Entry): void;
}

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
  /** Sets the lock if nobody holds it; it falls by itself after `milliseconds`. */
  acquire(lock: Lock, milliseconds: number): Promise<boolean>;
  /** Writes, then gives the lock back if it is still ours, in one trip. */
  commit(writes: readonly Write[], lock: Lock | null): Promise<void>;
}
