import { sourceUnavailable } from "../kernel/app_error.ts";
import { cacheKey, etagOf, stemFor } from "./cache_key.ts";
import type { Entry } from "./entry.ts";
import { namedEtag } from "./etag.ts";
import { fetchEntry } from "./fetch_entry.ts";
import type { Miss, Read } from "./miss.ts";
import { freshnessAt, freshnessOf, type RowFreshness } from "./freshness.ts";
import type { Reader } from "./reader.ts";
import { isReusable, LONGEST_STALE_RIGHTS_MS, restsOnRights } from "./reuse.ts";
import { type MaybePromise, thenMaybe } from "../kernel/maybe_promise.ts";
import { utcDay } from "../kernel/utc_timestamp.ts";
import type { Known } from "./view_pointer.ts";
import type { ViewState } from "./view_state.ts";

export type ReadAnswer =
  | { readonly kind: "not_modified"; readonly etag: string; readonly freshness: RowFreshness }
  | { readonly kind: "entry"; readonly etag: string; readonly freshness: RowFreshness; readonly entry: Entry };

/**
 * The read path: which version is current, does the caller have it already, does this isolate have it, does another, and
 * only then the database. Returns synchronously on a hit in memory. Where replicas are read, what rests on rights, and what a
 * caller demands to be young, goes by the versions that the primary reports, and everything else by those of the replicas.
 *
 * @throws AppError NOT_READY, SOURCE_UNAVAILABLE, FORBIDDEN or INTERNAL.
 */
export function readResource(reader: Reader, read: Read): MaybePromise<ReadAnswer> {
  const { question, scope, emit } = read;
  const { pointer, primary_pointer } = reader;
  if (pointer === primary_pointer) return thenMaybe(pointer.current(emit), (known) => readKnown(reader, read, known));
  const readExactly = () => thenMaybe(primary_pointer.current(emit), (known) => readKnown(reader, read, known));
  if (scope.restriction !== null || question.max_age !== null) return readExactly();
  return thenMaybe(
    pointer.current(emit),
    (known) => restsOnRights(question.resource, scope, known.states) ? readExactly() : readKnown(reader, read, known),
  );
}

function readKnown(reader: Reader, read: Read, known: Known): MaybePromise<ReadAnswer> {
  const { question, scope, if_none_match, emit } = read;
  const { resource } = question;
  const { states, is_confirmed } = known;
  const ready = reader.ready.of({ resource, params: question.params, scope }, states);
  const now = reader.clock.now();
  if (!is_confirmed && now - known.observed_at > LONGEST_STALE_RIGHTS_MS && restsOnRights(resource, scope, states)) {
    throw sourceUnavailable(
      "the source has not answered for longer than the rights of a caller may be reused unchecked",
    );
  }
  const day = resource.clock === undefined ? null : utcDay(now);
  const stem = stemFor(question, { scope, day, schema: reader.schemaOf(resource) });

  const key = cacheKey(stem, ready.generation);
  const kept = reader.memory.get(stem);
  const is_current = kept?.key === key;
  // A 304 needs the version only. It reveals nothing except that the answer the caller already has is unchanged.
  if (if_none_match !== null) {
    const current = is_current ? kept.etag : etagOf(key, reader.hash);
    const etag = namedEtag(if_none_match, current);
    if (etag !== null) {
      emit({ type: "not_modified" });
      return { kind: "not_modified", etag, freshness: freshnessAt(ready, now, is_confirmed) };
    }
  }

  if (is_current && isReusable(resource, kept, now)) {
    emit({ type: "memory_hit" });
    return { kind: "entry", etag: kept.etag, freshness: freshnessAt(ready, now, is_confirmed), entry: kept };
  }
  emit({ type: "memory_missed" });
  const rests_on_rights = restsOnRights(resource, scope, states);
  const miss = { ...read, day, stem, key, states, kept, rests_on_rights };
  return fetchShared(reader, miss, { state: ready.state, is_confirmed });
}

/** Fetches once for all concurrent requests of this isolate for the same key. */
async function fetchShared(
  reader: Reader,
  miss: Miss,
  { state, is_confirmed }: { readonly state: ViewState; readonly is_confirmed: boolean },
): Promise<ReadAnswer> {
  const { key, emit } = miss;
  const fetched = await reader.flights.run(
    key,
    () => fetchEntry(reader, miss),
    () => emit({ type: "collapsed" }),
  );
  const { entry } = fetched;
  // The pointer knows when its version was last verified; an entry of another version knows only its own time.
  const freshness = freshnessOf(
    entry.key === key ? state : entry.state,
    reader.clock.now(),
    is_confirmed && fetched.is_confirmed,
  );
  return { kind: "entry", etag: entry.etag, freshness, entry };
}
