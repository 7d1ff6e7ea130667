import { isUnavailable } from "../kernel/app_error.ts";
import { awaitWinner } from "./await_winner.ts";
import { computeEntry } from "./compute_entry.ts";
import { type Entry, LARGEST_KEPT_BYTES } from "./entry.ts";
import type { Fetched, Miss } from "./miss.ts";
import type { Reader } from "./reader.ts";
import { isReusable, LONGEST_STALE_MS, LONGEST_STALE_RIGHTS_MS } from "./reuse.ts";
import { openEntry, publishEntry, readPreviousEntry, readSharedEntry } from "./shared_entry.ts";
import type { Lock } from "../cache/shared_store.ts";

/** Fetches what memory lacks: from the shared cache, from another isolate that is already fetching it, or from the source. */
export async function fetchEntry(reader: Reader, miss: Miss): Promise<Fetched> {
  const { question: { resource }, key, emit } = miss;
  const shared = await readSharedEntry(reader, miss, key);
  if (shared.kind === "entry" && isReusable(resource, shared.entry, reader.clock.now())) {
    emit({ type: "shared_hit" });
    return keep(reader, miss, shared.entry);
  }
  if (shared.kind === "unavailable") return await fetchFromSource(reader, miss, null);

  emit({ type: "shared_missed" });
  const lock = { key: `lock:${key}`, token: reader.newToken() };
  const acquired = await reader.shared.acquire(lock, key, emit);
  if (acquired === "unavailable") return await fetchFromSource(reader, miss, null);
  if (acquired.is_won) {
    return fromLastHolder(reader, miss, { lock, ...acquired }) ?? await fetchFromSource(reader, miss, lock);
  }
  return await fromOthers(reader, miss) ?? await fetchFromSource(reader, miss, null);
}

/** The previous holder of the lock may have written the entry after this isolate looked for it; then it is used. */
function fromLastHolder(
  reader: Reader,
  miss: Miss,
  { lock, value }: { readonly lock: Lock; readonly value: string | null },
): Fetched | null {
  const entry = value === null ? null : openEntry(miss, miss.key, value);
  if (entry === null || !isReusable(miss.question.resource, entry, reader.clock.now())) return null;
  reader.waitUntil(reader.shared.commit([], lock, miss.emit));
  miss.emit({ type: "shared_hit" });
  return keep(reader, miss, entry);
}

/** Another isolate is fetching this version: serve the previous one meanwhile, if access rights play no part, or wait a moment. */
async function fromOthers(reader: Reader, miss: Miss): Promise<Fetched | null> {
  const previous = miss.rests_on_rights ? null : await readPreviousEntry(reader, miss);
  if (previous !== null && isReusable(miss.question.resource, previous, reader.clock.now())) {
    miss.emit({ type: "previous_served" });
    return { entry: previous, is_confirmed: true };
  }
  const awaited = await awaitWinner(reader, miss);
  return awaited === null ? null : keep(reader, miss, awaited);
}

async function fetchFromSource(reader: Reader, miss: Miss, lock: Lock | null): Promise<Fetched> {
  try {
    const entry = await computeEntry(reader, miss);
    publishEntry(reader, miss, { entry, lock });
    return keep(reader, miss, entry);
  } catch (error) {
    if (lock !== null) reader.waitUntil(reader.shared.commit([], lock, miss.emit));
    if (!isUnavailable(error)) throw error;
    miss.emit({ type: "source_failed" });
    const entry = await readPreviousEntry(reader, miss);
    if (entry === null || !mayStandIn(reader, miss, entry)) throw error;
    miss.emit({ type: "stale_served" });
    return { entry, is_confirmed: false };
  }
}

/**
 * Whether a kept entry may be served while the source does not answer. An entry of the current version is as old as the
 * pointer, which has its own bound. If access rights play a part, only the current version may be served, and its reuse bound
 * may be exceeded by at most the bound for rights.
 */
function mayStandIn(reader: Reader, { key, question, rests_on_rights }: Miss, entry: Entry): boolean {
  const age_ms = reader.clock.now() - entry.read_at;
  if (!rests_on_rights) return entry.key === key || age_ms <= LONGEST_STALE_MS;
  return entry.key === key && age_ms <= question.resource.max_age_seconds * 1_000 + LONGEST_STALE_RIGHTS_MS;
}

function keep(reader: Reader, miss: Miss, entry: Entry): Fetched {
  if (entry.byte_count <= LARGEST_KEPT_BYTES) reader.memory.set(miss.stem, entry);
  return { entry, is_confirmed: true };
}
