import { addressOf, type Asked, cacheKey, etagOf } from "./cache_key.ts";
import type { Emit } from "./cache_event.ts";
import type { Entry } from "./entry.ts";
import { namedEtag } from "./etag.ts";
import { fetchEntry } from "./fetch_entry.ts";
import { type Freshness, freshnessOf } from "./freshness.ts";
import type { Reader } from "./reader.ts";
import { standingOf } from "./readiness.ts";
import { isReusable } from "./reuse.ts";
import { utcDay } from "./utc_timestamp.ts";
import type { ViewState } from "./view_state.ts";

/** A question whose caller and parameters have been checked. */
export interface ReadRequest extends Asked {
  readonly if_none_match: string | null;
  readonly emit: Emit;
}

export type Answer =
  | { readonly kind: "not_modified"; readonly etag: string; readonly freshness: Freshness }
  | { readonly kind: "entry"; readonly etag: string; readonly freshness: Freshness; readonly entry: Entry };

/**
 * The read path: which version is current, does the caller have it already, does this isolate have it, does any other,
 * and only then the database.
 *
 * @throws AppError NOT_READY, SOURCE_UNAVAILABLE, FORBIDDEN or INTERNAL.
 */
export async function readResource(reader: Reader, request: ReadRequest): Promise<Answer> {
  const { resource, emit } = request;
  const known = reader.pointer.current(emit);
  const { states, is_confirmed } = known instanceof Promise ? await known : known;
  const state = standingOf(resource, states);
  const now = reader.clock.now();
  const day = resource.clock === undefined ? null : utcDay(now);
  const address = addressOf({ ...request, day }, reader.schemaOf(resource));
  const key = cacheKey(address, state);

  const kept = reader.memory.get(address.stem);
  // A 304 needs the version only. It tells a caller nothing but that what it already holds has not moved.
  if (request.if_none_match !== null) {
    const etag = namedEtag(request.if_none_match, kept?.key === key ? kept.etag : etagOf(key, reader.hash));
    if (etag !== null) {
      emit({ type: "not_modified" });
      return { kind: "not_modified", etag, freshness: freshnessOf(state, now, is_confirmed) };
    }
  }

  if (kept?.key === key && isReusable(resource, kept, now)) {
    emit({ type: "memory_hit" });
    return answerWith(kept, { key, state, now, is_confirmed });
  }
  emit({ type: "memory_missed" });

  const fetched = await reader.flights.run(
    key,
    () => fetchEntry(reader, { ...request, day, address, key, kept }),
    () => emit({ type: "collapsed" }),
  );
  return answerWith(fetched.entry, {
    key,
    state,
    now: reader.clock.now(),
    is_confirmed: is_confirmed && fetched.is_confirmed,
  });
}

interface Standing {
  readonly key: string;
  readonly state: ViewState;
  readonly now: number;
  readonly is_confirmed: boolean;
}

/** The pointer knows the last moment at which its version was true; an entry of another version knows only its own. */
function answerWith(entry: Entry, standing: Standing): Answer {
  const state = entry.key === standing.key ? standing.state : entry.state;
  const freshness = freshnessOf(state, standing.now, standing.is_confirmed);
  return { kind: "entry", etag: entry.etag, freshness, entry };
}
