import type { Answer } from "../core/read_resource.ts";
import type { Format, Resource } from "../core/resource.ts";
import { cacheStatus } from "./cache_status.ts";
import type { Exchange } from "./exchange.ts";
import { MEDIA_TYPES } from "./negotiation.ts";

/** Private, and asked again each time: a 304 costs little, a stale dashboard costs trust. */
export const PRIVATE = "private, max-age=0, must-revalidate";

export const VARY = "Authorization, Apikey, Accept";

/** An answer of the read path as a response; a 304 carries the same facts and no body. */
export function respond(
  answer: Answer,
  asked: { readonly resource: Resource; readonly format: Format; readonly exchange: Exchange },
): Response {
  const { freshness } = answer;
  const headers = new Headers({
    etag: answer.etag,
    age: String(freshness.age_seconds),
    "cache-control": PRIVATE,
    vary: VARY,
    "cache-status": cacheStatus(asked.exchange.events),
  });
  if (freshness.as_of !== null) headers.set("last-modified", new Date(freshness.as_of).toUTCString());
  if (freshness.is_stale) headers.set("freshet-stale", "?1");
  if (answer.kind === "not_modified") {
    asked.exchange.outcome = "NOT_MODIFIED";
    return new Response(null, { status: 304, headers });
  }

  headers.set("content-type", asked.format === "csv" ? "text/csv; charset=utf-8; header=present" : MEDIA_TYPES.json);
  if (asked.format === "csv") {
    headers.set("content-disposition", `attachment; filename="${asked.resource.name}.csv"`);
  }
  headers.set("content-length", String(answer.entry.body.byteLength));
  return new Response(answer.entry.body, { headers });
}
