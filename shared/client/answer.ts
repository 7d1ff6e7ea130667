import { type Reply, wholeNumberOf } from "./reply.ts";

/** What an answer says about its rows. */
export interface Meta {
  /** The resource's name, like "acme/orders-by-day". */
  readonly resource: string;
  /** When the rows were computed: an ISO timestamp with Z. */
  readonly as_of: string | null;
  /** The newest row of the sources at that moment. */
  readonly source_as_of: string | null;
  /** Moves by one whenever the rows were recomputed. */
  readonly version: number;
  readonly row_count: number;
}

/** For resources without pages. */
export interface ListMeta extends Meta {
  /** Whether there are more rows than these: ask for more of them (`limit`), or for fewer of all (a filter). */
  readonly is_truncated: boolean;
  /** The number of all rows. */
  readonly total_count: number;
}

export interface PageMeta extends Meta {
  /** Where the next page begins; null on the last. */
  readonly next_cursor: string | null;
}

/** How old an answer is, and where it came from. */
export interface Freshness {
  /** Seconds since the rows were last known to equal their sources; null when a proxy dropped the header. */
  readonly age_seconds: number | null;
  /** Whether the answer is older than its view's objective. */
  readonly is_stale: boolean;
  /** Of a stale answer: the age in seconds that it should not be beyond; null for any other answer. */
  readonly objective_seconds: number | null;
  readonly etag: string | null;
  /** Which layer answered (RFC 9211); null when the client had the answer already. */
  readonly cache_status: string | null;
  /** Whether the API answered 304: `data` and `meta` are then the very objects of the answer before. */
  readonly is_unchanged: boolean;
}

export interface Answer<Data, M = Meta> {
  readonly data: Data;
  readonly meta: M;
  readonly freshness: Freshness;
  /** Names the request in the project's log. */
  readonly request_id: string | null;
}

/** A CSV file. */
export interface CsvAnswer {
  readonly text: string;
  /** Whether there are more rows than these; null for a page, and when a proxy dropped the header. */
  readonly is_truncated: boolean | null;
  /** The number of all rows; null for a page that was not asked to count. */
  readonly total_count: number | null;
  /** The number of rows withheld because they rest on few people; null if the resource withholds none. */
  readonly withheld_count: number | null;
  readonly freshness: Freshness;
  readonly request_id: string | null;
}

/** Reads the headers of a reply. */
export function aboutReply(
  { status, headers }: Reply,
): { readonly freshness: Freshness; readonly request_id: string | null } {
  const freshness = {
    age_seconds: wholeNumberOf(headers.get("age")),
    is_stale: headers.get("freshet-stale") === "?1",
    objective_seconds: wholeNumberOf(headers.get("freshet-objective")),
    etag: headers.get("etag"),
    cache_status: headers.get("cache-status"),
    is_unchanged: status === 304,
  };
  return { freshness, request_id: headers.get("x-request-id") };
}

/** Reads from the headers of a CSV file which rows it lacks. */
export function lengthOf({ headers }: Reply): Pick<CsvAnswer, "is_truncated" | "total_count" | "withheld_count"> {
  const truncated = headers.get("freshet-truncated");
  return {
    is_truncated: truncated === null ? null : truncated === "?1",
    total_count: wholeNumberOf(headers.get("freshet-total-count")),
    withheld_count: wholeNumberOf(headers.get("freshet-withheld-count")),
  };
}
