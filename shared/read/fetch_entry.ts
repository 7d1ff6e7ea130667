import { isUnavailable } from "../kernel/app_error.ts";
import { awaitWinner } from "./await_winner.ts";
import { computeEntry } from "./compute_entry.ts";
import { type Entry, LARGEST_KEPT_BYTES } from "./entry.ts";
import type { Fetched, Wanted } from "./wanted.ts";
import type { Reader } from "./reader.ts";
import { isReusable, LONGEST_STALE_MS, LONGEST_STALE_RIGHTS_MS } from "./reuse.ts";
import { openEntry, publishEntry, readPreviousEntry, readSharedEntry } from "./shared_entry.ts";
import type { Lock } from "../cache/shared_store.ts";

/** Fetches what memory lacks: from the shared cache, from whoever is already fetching it, or from the source. */
export async function fetchEntry(reader: Reader, wanted: Wanted): Promise<Fetched> {
  const { resource, key, emit } = wanted;
  const shared = await readSharedEntry(reader, wanted, key);
  if (shared.kind === "entry" && isReusable(resource, shared.entry, reader.clock.now())) {
    emit({ type: "shared_hit" });
    return keep(reader, wanted, shared.entry);
  }
  if (shared.kind === "unavailable") return await fetchFromSource(reader, wanted, null);

  emit({ type: "shared_missed" });
  const lock = { key: `lock:${key}`, token: reader.newToken() };
  const acquired = await reader.shared.acquire(lock, key, emit);
  if (acquired === "unavailable") return await fetchFromSource(reader, wanted, null);
  if (acquired.is_won) {
    return fromLastHolder(reader, wanted, { lock, ...acquired }) ?? await fetchFromSource(reader, wanted, lock);
  }
  return await fromOthers(reader, wanted) ?? await fetchFromSource(reader, wanted, null);
}

/** Who held the lock before may have written the entry after we had looked for it; then there is nothing left to do. */
function fromLastHolder(
  reader: Reader,
  wanted: Wanted,
  { lock, value }: { readonly lock: Lock; readonly value: string | null },
): Fetched | null {
  const entry = value === null ? null : openEntry(wanted, wanted.key, value);
  if (entry === null || !isReusable(wanted.resource, entry, reader.clock.now())) return null;
  reader.waitUntil(reader.shared.commit([], lock, wanted.emit));
  wanted.emit({ type: "shared_hit" });
  return keep(reader, wanted, entry);
}

/** Another isolate is fetching this version: show its predecessor meanwhile, where no rights are part of it, or wait a moment. */
async function fromOthers(reader: Reader, wanted: Wanted): Promise<Fetched | null> {
  const previous = wanted.rests_on_rights ? null : await readPreviousEntry(reader, wanted);
  if (previous !== null && isReusable(wanted.resource, previous, reader.clock.now())) {
    wanted.emit({ type: "previous_served" });
    return { entry: previous, is_confirmed: true };
  }
  const awaited = await awaitWinner(reader, wanted);
  return awaited === null ? null : keep(reader, wanted, awaited);
}

async function fetchFromSource(reader: Reader, wanted: Wanted, lock: Lock | null): Promise<Fetched> {
  try {
    const entry = await computeEntry(reader, wanted);
    publishEntry(reader, wanted, { entry, lock });
    return keep(reader, wanted, entry);
  } catch (error) {
    if (lock !== null) reader.waitUntil(reader.shared.commit([], lock, wanted.emit));
    if (!isUnavailable(error)) throw error;
    wanted.emit({ type: "source_failed" });
    const entry = await readPreviousEntry(reader, wanted);
    if (entry === null || !mayStandIn(reader, wanted, entry)) throw error;
    wanted.emit({ type: "stale_served" });
    return { entry, is_confirmed: false };
  }
}

/**
 * Whether a kept entry may stand in for a source that does not answer. One of the current version is as old as the pointer,
 * which has its own bound; where rights are part of it no other will do, and its own reuse may be stretched by as much.
 */
function mayStandIn(reader: Reader, { key, resource, rests_on_rights }: Wanted, entry: Entry): boolean {
  const age_ms = reader.clock.now() - entry.read_at;
  if (!rests_on_rights) return entry.key === key || age_ms <= LONGEST_STALE_MS;
  return entry.key === key && age_ms <= resource.max_age_seconds * 1_000 + LONGEST_STALE_RIGHTS_MS;
}

function keep(reader: Reader, wanted: Wanted, entry: Entry): Fetched {
  if (entry.byte_count <= LARGEST_KEPT_BYTES) reader.memory.set(wanted.address.stem, entry);
  return { entry, is_confirmed: true };
}
