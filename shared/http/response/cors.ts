import type { CorsPolicy } from "../../platform.ts";

/** The headers that supabase-js sends, and those that a caching client adds. */
const REQUEST_HEADERS = "authorization, x-client-info, apikey, content-type, x-retry-count, x-region, traceparent, " +
  "tracestate, baggage, accept, if-none-match, cache-control";

const RESPONSE_HEADERS =
  "etag, age, cache-status, freshet-stale, freshet-objective, last-modified, retry-after, location, server-timing, " +
  "x-request-id, content-disposition, link, freshet-truncated, freshet-total-count, freshet-withheld-count, ratelimit, " +
  "ratelimit-policy";

/** Adds the headers by which a browser gives the answer to the page that asked. */
export function allowOrigin(headers: Headers, policy: CorsPolicy, origin: string | null): void {
  if (policy !== "*") headers.append("vary", "Origin");
  // Only browsers send an origin, and only they use the rest. A browser revalidates its copy each time it uses it, and sends
  // the origin with it: so a copy never lacks these headers.
  if (origin === null) return;
  headers.set("access-control-expose-headers", RESPONSE_HEADERS);
  if (policy === "*") headers.set("access-control-allow-origin", "*");
  else if (policy.includes(origin)) headers.set("access-control-allow-origin", origin);
}

/** The answer to a preflight, the same for every path: it checks nothing and reveals nothing. */
export function preflight(allowed: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow: allowed,
      "access-control-allow-methods": allowed,
      "access-control-allow-headers": REQUEST_HEADERS,
      "access-control-max-age": "86400",
    },
  });
}
