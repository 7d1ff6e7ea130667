import { stemOf } from "./cache_key.ts";
import { type Entry, LARGEST_KEPT_BYTES, seal, unseal } from "./entry.ts";
import type { Miss } from "./miss.ts";
import type { Reader } from "./reader.ts";
import { LONGEST_STALE_MS } from "./reuse.ts";
import type { Lock } from "../cache/shared_store.ts";

export type SharedEntry =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "nothing" | "unavailable" };

/** Looks an entry up. A value that is not exactly the entry of this key counts as a miss. */
export async function readSharedEntry(reader: Reader, miss: Miss, key: string): Promise<SharedEntry> {
  const read = await reader.shared.read(key, miss.emit);
  if (read.kind !== "value") return { kind: read.kind };
  const entry = openEntry(miss, key, read.value);
  return entry === null ? { kind: "nothing" } : { kind: "entry", entry };
}

/** Null, and an event, for a value that is not exactly the entry of this key. */
export function openEntry(miss: Miss, key: string, value: string): Entry | null {
  const unsealed = unseal(value, key);
  if (unsealed.kind === "entry") return unsealed.entry;
  miss.emit({ type: unsealed.kind });
  return null;
}

/** The last answer kept under the stem, of any version: served while the current one is not available. */
export async function readPreviousEntry(reader: Reader, miss: Miss): Promise<Entry | null> {
  if (miss.kept !== undefined) return miss.kept;
  const note = await reader.shared.read(miss.stem, miss.emit);
  if (note.kind !== "value") return null;
  // The note is not trusted either: it may only lead to another version of the same question and scope.
  if (stemOf(note.value) !== miss.stem) {
    miss.emit({ type: "key_mismatch" });
    return null;
  }
  const read = await readSharedEntry(reader, miss, note.value);
  return read.kind === "entry" ? read.entry : null;
}

/** After the answer: shares the entry, notes it as the stem's last, and releases the lock, in one trip. */
export function publishEntry(
  reader: Reader,
  miss: Miss,
  made: { readonly entry: Entry; readonly lock: Lock | null },
): void {
  const { entry, lock } = made;
  const bytes = entry.byte_count;
  const fits = bytes <= LARGEST_KEPT_BYTES;
  const writes = [
    { key: entry.key, value: seal(entry), milliseconds: LONGEST_STALE_MS },
    { key: miss.stem, value: entry.key, milliseconds: LONGEST_STALE_MS },
  ];
  miss.emit(fits ? { type: "stored" } : { type: "too_large_to_keep", bytes });
  reader.waitUntil(reader.shared.commit(fits ? writes : [], lock, miss.emit));
}
