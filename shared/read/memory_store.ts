import type { Entry } from "./entry.ts";

/** The isolate's own cache: one slot for each stem, holding the newest entry that passed through it. */
export interface MemoryStore {
  get(stem: string): Entry | undefined;
  set(stem: string, entry: Entry): void;
  size(): MemorySize;
}

export interface MemorySize {
  readonly entry_count: number;
  readonly byte_count: number;
  /** The least recently used entries are evicted above it. */
  readonly most_bytes: number;
}
