import type { CacheEvent } from "../../cache/event.ts";
import { gzipEtag } from "../../read/etag.ts";
import type { Rendered } from "../../read/entry.ts";
import type { PersonAnswer } from "../../read/read_person.ts";
import type { ReadAnswer } from "../../read/read_resource.ts";
import type { Resource } from "../../resource/resource.ts";
import type { Format } from "../../resource/definition.ts";
import { cacheStatus } from "./cache_status.ts";
import { MEDIA_TYPES } from "../request/negotiation.ts";

/** Private, and revalidated each time: a 304 costs little, a stale dashboard costs trust. */
export const PRIVATE = "private, max-age=0, must-revalidate";

/** For another person's rows: a copy would be read without a row in the access log. */
const NO_STORE = "no-store";

export const VARY = "Authorization, Apikey, Accept";

/** For answers that some callers get compressed. */
const VARY_CODED = `${VARY}, Accept-Encoding`;

/** All that a response depends on besides its answer. It holds nothing of the caller but the query as it was sent. */
export interface ResponseForm {
  readonly format: Format;
  readonly gzip: boolean;
  readonly events: readonly CacheEvent[];
  readonly search: string;
}

/** Writes an answer as a response. */
export type WriteAnswer = (answer: ReadAnswer | PersonAnswer, asked: ResponseForm) => Response;

/**
 * Writes answers of one resource. A 304 has no body, and only the headers that may have changed, such as the age. The others
 * are in the answer that the caller has (RFC 9110, 15.4.5).
 */
export function createWriter(resource: Resource): WriteAnswer {
  const filename = `${resource.name.replaceAll("/", "-")}.csv`;

  function withFacts(response: Response, answer: ReadAnswer | PersonAnswer): Headers {
    // One by one: it takes a third of the time of a list of headers, which is checked and copied.
    const { headers } = response;
    const { freshness } = answer;
    if (answer.kind !== "person") headers.set("etag", answer.etag);
    headers.set("age", String(freshness.age_seconds));
    headers.set("cache-control", answer.kind === "person" ? NO_STORE : PRIVATE);
    headers.set("vary", VARY_CODED);
    if (freshness.is_stale) {
      headers.set("freshet-stale", "?1");
      headers.set("freshet-objective", String(freshness.objective_seconds));
    }
    return headers;
  }

  return (answer, { format, gzip, events, search }) => {
    if (answer.kind === "not_modified") {
      const response = new Response(null, { status: 304 });
      withFacts(response, answer);
      return response;
    }
    const { entry } = answer;
    const compressed = gzip && answer.kind === "entry" ? answer.entry.gzip : undefined;
    const response = new Response(compressed ?? entry.body);
    const headers = withFacts(response, answer);
    headers.set("cache-status", cacheStatus(events));
    if (compressed !== undefined && answer.kind === "entry") {
      headers.set("etag", gzipEtag(answer.etag));
      headers.set("content-encoding", "gzip");
    }
    const { as_of } = answer.freshness;
    if (as_of !== null) headers.set("last-modified", new Date(as_of).toUTCString());
    headers.set("content-type", format === "csv" ? "text/csv; charset=utf-8; header=present" : MEDIA_TYPES.json);
    if (format === "csv") nameCsv(headers, entry);
    linkNextPage(headers, entry, search);
    return response;
  };

  /** CSV has no `meta`, so headers carry its content. */
  function nameCsv(headers: Headers, { is_truncated, total_count, withheld_count }: Rendered): void {
    headers.set("content-disposition", `attachment; filename="${filename}"`);
    if (is_truncated !== null) headers.set("freshet-truncated", is_truncated ? "?1" : "?0");
    if (total_count !== null) headers.set("freshet-total-count", String(total_count));
    if (withheld_count !== null) headers.set("freshet-withheld-count", String(withheld_count));
  }

  function linkNextPage(headers: Headers, { next_cursor }: Rendered, search: string): void {
    if (resource.cursor === undefined || next_cursor === null) return;
    const next = new URLSearchParams(search);
    next.set(resource.cursor, next_cursor);
    headers.set("link", `<?${next}>; rel="next"`);
  }
}
