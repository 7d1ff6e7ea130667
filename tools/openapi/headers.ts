import { type Json, ref } from "./json.ts";

function header(description: string, schema: Json = { type: "string" }): Json {
  return { description, schema };
}

const seconds = { type: "integer", minimum: 0 };

/** Every header of an answer, by its component's name. CORS headers are left out: only browsers use them. */
export const headers = {
  ETag: header("Strong tag of exactly these bytes, for `If-None-Match`; absent from another person's rows.", {
    type: "string",
    pattern: '^"[0-9a-f]{32}(?:-gzip)?"$',
  }),
  Age: header("Seconds since the rows were last known to equal their sources.", seconds),
  "Cache-Control": header(
    "For data: private, and revalidated each time; `no-store` for another person's rows, problems, health and ops.",
  ),
  Vary: header("The request headers that the answer depends on; absent if there are none."),
  "Cache-Status": header("Which layer answered (RFC 9211)."),
  "Last-Modified": header("When the rows were computed, to the second."),
  "Freshet-Stale": header("`?1` if the answer is older than the view's objective; otherwise absent.", {
    const: "?1",
  }),
  "Freshet-Objective": header("With `Freshet-Stale`: the age beyond which the answer is stale.", seconds),
  "Freshet-Truncated": header("For CSV that is not paged: `?1` if there are more rows, `?0` if these are all.", {
    enum: ["?0", "?1"],
  }),
  "Freshet-Total-Count": header(
    "For CSV: the number of all rows; absent for a page whose request did not ask for it.",
    {
      type: "integer",
      minimum: 0,
    },
  ),
  "Freshet-Withheld-Count": header(
    "For CSV of a resource with a minimum sample: how many rows it withheld, on all pages.",
    { type: "integer", minimum: 0 },
  ),
  Link: header('`<?…>; rel="next"`: the query of the next page; absent on the last page.'),
  "Content-Encoding": header("`gzip`, if the caller accepts it and the compressed form is ready.", { const: "gzip" }),
  "Content-Disposition": header("The file name of a CSV answer."),
  "X-Request-Id": header("The request's id in the log.", { type: "string", format: "uuid" }),
  "X-Content-Type-Options": header("Always `nosniff`.", { const: "nosniff" }),
  "Server-Timing": header(
    "Milliseconds of each step, and what became of a read replica where there is one; absent if no step took time, as for an answer from memory.",
  ),
  "Retry-After": header("Seconds to wait before another attempt.", seconds),
  "RateLimit-Policy": header("The limit that applies to the request: `q` requests in `w` seconds."),
  RateLimit: header("The rest of the limit: `r` requests, for `t` seconds."),
  Location: header("Where to read the request's state, relative to this path."),
  "WWW-Authenticate": header("The expected authentication scheme."),
  Allow: header("The methods that the path supports."),
} as const;

export type HeaderName = keyof typeof headers;

/** References to headers, as a response lists them. */
export function headersNamed(...names: readonly HeaderName[]): Json {
  return Object.fromEntries(names.map((name) => [name, ref("headers", name)]));
}

/** Headers that the handler may add to any answer. */
export const ALWAYS = [
  "Vary",
  "X-Request-Id",
  "X-Content-Type-Options",
  "Server-Timing",
  "RateLimit-Policy",
  "RateLimit",
] as const;

/** Headers about the age and the caching of a resource's answer. */
export const FRESHNESS = [
  "ETag",
  "Age",
  "Cache-Control",
  "Cache-Status",
  "Last-Modified",
  "Freshet-Stale",
  "Freshet-Objective",
  ...ALWAYS,
] as const;

/** Headers that a 304 leaves out: the client has them with its cached answer, or they describe a body. */
const NOT_REPEATED: readonly HeaderName[] = [
  "Last-Modified",
  "Cache-Status",
  "X-Content-Type-Options",
  "Server-Timing",
  "RateLimit-Policy",
];

export function repeatedOf(names: readonly HeaderName[]): HeaderName[] {
  return names.filter((name) => !NOT_REPEATED.includes(name));
}
