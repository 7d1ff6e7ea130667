import { LRUCache } from "lru-cache";
import type { Entry } from "../../read/entry.ts";
import type { MemoryStore } from "../../read/memory_store.ts";

/** A function may use 256 MB in all; an eighth of it holds eight thousand ordinary answers. */
const BUDGET_BYTES = 32 * 1024 * 1024;

/** Bytes of an entry besides its body, measured over a million entries: its keys, the buffer object, the slot in the map. */
const OVERHEAD_BYTES = 3_072;

/** The isolate's cache, bounded by bytes: the least recently used answer is evicted first. */
export function createMemoryStore(budget_bytes: number = BUDGET_BYTES): MemoryStore {
  const entries = new LRUCache<string, Entry>({
    maxSize: budget_bytes,
    sizeCalculation: (entry) => heldBytes(entry) + (entry.gzip?.byteLength ?? 0) + OVERHEAD_BYTES,
  });
  return {
    get: (stem) => entries.get(stem),
    set: (stem, entry) => void entries.set(stem, entry),
    size: () => ({ entry_count: entries.size, byte_count: entries.calculatedSize, most_bytes: budget_bytes }),
  };
}

/** A string of ASCII only takes one byte per character; any other may take two. */
function heldBytes({ body, byte_count }: Entry): number {
  return byte_count === body.length ? byte_count : 2 * body.length;
}
