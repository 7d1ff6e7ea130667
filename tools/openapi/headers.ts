import type { Json } from "./json.ts";
import { ref } from "./json.ts";

function header(description: string, schema: Json = { type: "string" }): Json {
  return { description, schema };
}

const seconds = { type: "integer", minimum: 0 };

/** Every header of an answer, by the name of its component. What CORS adds is left to browsers. */
export const headers = {
  ETag: header("Strong tag of exactly these bytes, for `If-None-Match`.", {
    type: "string",
    pattern: '^"[0-9a-f]{32}(?:-gzip)?"$',
  }),
  Age: header("Seconds since the rows were last known to equal their sources.", seconds),
  "Cache-Control": header("Private and asked again each time for data; `no-store` for problems, health and ops."),
  Vary: header("What an answer depends on besides its URL; absent where that is nothing."),
  "Cache-Status": header("Which layer answered (RFC 9211)."),
  "Last-Modified": header("When the rows were computed, to the second."),
  "Freshet-Stale": header("`?1` when the answer is older than the view's objective; absent otherwise.", {
    const: "?1",
  }),
  "Freshet-Truncated": header("Of CSV that is not paged: `?1` when there are more rows, `?0` when these are all.", {
    enum: ["?0", "?1"],
  }),
  "Freshet-Total-Count": header(
    "Of CSV: the rows that there are in all; absent of a page that was not asked to count.",
    {
      type: "integer",
      minimum: 0,
    },
  ),
  Link: header('`<?…>; rel="next"`: the query of the next page; absent on the last page.'),
  "Content-Encoding": header("`gzip`, where the caller takes it and the compressed form is ready.", { const: "gzip" }),
  "Content-Disposition": header("A file name for what is saved as CSV."),
  "X-Request-Id": header("Names the request in the log.", { type: "string", format: "uuid" }),
  "X-Content-Type-Options": header("Always `nosniff`.", { const: "nosniff" }),
  "Server-Timing": header("Milliseconds of each step; absent where none took time, as of an answer out of memory."),
  "Retry-After": header("Seconds after which another attempt makes sense.", seconds),
  "RateLimit-Policy": header("The limit that the request was counted by: `q` requests in `w` seconds."),
  RateLimit: header("What is left of it: `r` requests, for `t` seconds."),
  Location: header("Where to ask what became of it, relative to this path."),
  "WWW-Authenticate": header("The scheme that is expected."),
  Allow: header("The methods that the path has."),
} as const;

export type HeaderName = keyof typeof headers;

/** References to headers, as a response lists them. */
export function headersNamed(...names: readonly HeaderName[]): Json {
  return Object.fromEntries(names.map((name) => [name, ref("headers", name)]));
}

/** What the handler may add to any answer. */
export const ALWAYS = [
  "Vary",
  "X-Request-Id",
  "X-Content-Type-Options",
  "Server-Timing",
  "RateLimit-Policy",
  "RateLimit",
] as const;

/** What says how old and whose an answer of a resource is. */
export const FRESHNESS = [
  "ETag",
  "Age",
  "Cache-Control",
  "Cache-Status",
  "Last-Modified",
  "Freshet-Stale",
  ...ALWAYS,
] as const;

/** What a 304 does not repeat, because the caller has it with the answer that it holds, or because there is no body. */
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
