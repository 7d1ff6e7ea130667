import type { Entry } from "./entry.ts";

/** The isolate's own cache: one slot for each stem, holding the newest entry that passed through it. */
export interface MemoryStore {
  get(stem: string): Entry | undefined;
  set(stem: string, entry: Entry): void;
}
