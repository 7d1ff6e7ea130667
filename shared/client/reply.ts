import { type FieldError, FreshetError, type Staleness } from "./failure.ts";
import type { ProblemCode } from "./problem_code.ts";

/** A response, from either transport. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, otherwise text; null for a 304. */
  readonly body: unknown;
}

/** One request. */
export interface Sent {
  /** GET when left out. */
  readonly method?: "GET" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object | null;
  readonly signal: AbortSignal | null;
}

/** Sends a request to a path that begins with the name of a function. @throws FreshetError UNREACHABLE; the signal's reason when it aborts. */
export type Transport = (path: string, request: Sent) => Promise<Reply>;

/** Reads a response to its end. */
export async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: isJson(headers) ? parse(text) : text };
}

function isJson(headers: Headers): boolean {
  return /^application\/(?:problem\+)?json\b/i.test(headers.get("content-type") ?? "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The error for no response at all, or the reason of the abort. */
export function unreachable(cause: unknown, signal: AbortSignal | null): unknown {
  if (signal?.aborted) return signal.reason;
  const detail = "The API could not be reached";
  const nothing = { errors: [], retry_after_seconds: null, staleness: null, request_id: null };
  return new FreshetError({ code: "UNREACHABLE", status: 0, detail, ...nothing }, { cause });
}

interface Problem extends Partial<Staleness> {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

/** The error for a reply. */
export function failureOf({ status, headers, body }: Reply): FreshetError {
  const about = {
    retry_after_seconds: wholeNumberOf(headers.get("retry-after")),
    request_id: headers.get("x-request-id"),
  };
  if (!isProblem(body)) {
    const detail = `Something else than the API answered, with status ${status}`;
    return new FreshetError({ code: "UNEXPECTED", status, detail, errors: [], staleness: null, ...about });
  }
  const { code, detail, errors = [] } = body;
  return new FreshetError({ code, status, detail, errors, staleness: stalenessOf(body), ...about });
}

function stalenessOf({ age_seconds, max_age_seconds, next_refresh_at = null }: Problem): Staleness | null {
  return age_seconds === undefined || max_age_seconds === undefined
    ? null
    : { age_seconds, max_age_seconds, next_refresh_at };
}

function isProblem(body: unknown): body is Problem {
  const { code, detail } = (body ?? {}) as { readonly code?: unknown; readonly detail?: unknown };
  return typeof code === "string" && typeof detail === "string";
}

/** A header's whole number; null for anything else. */
export function wholeNumberOf(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) : null;
}
