/** What the server says about one event. */
export interface EventResult {
  readonly event_id: string;
  readonly status: "accepted" | "duplicate" | "rejected";
  readonly code: string | null;
  readonly detail: string | null;
}

/** What a call of `track_batch` came to. */
export type BatchReply =
  /** The events that it named by their ids; others stay queued. */
  | { readonly kind: "answered"; readonly results: ReadonlyMap<string, EventResult> }
  /**
   * The whole call was refused, perhaps for one event. `is_of_data`: the refusal is certain to be about the data, and not
   * about the function or its privileges.
   */
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly code: string;
    readonly detail: string;
    readonly is_of_data: boolean;
  }
  /** The token is not, or no longer, accepted. */
  | { readonly kind: "unauthenticated" }
  /** Another attempt makes sense later; status 0: there was no response. */
  | {
    readonly kind: "failed";
    readonly status: number;
    readonly detail: string;
    readonly retry_after_seconds: number;
    readonly cause?: unknown;
  };

/** The statuses of requests that a part of the request may have caused. */
const REFUSALS = [400, 409, 413, 422];

/** Reads a response to its end. */
export async function batchReplyOf(response: Response): Promise<BatchReply> {
  const { status, headers, ok } = response;
  const body = parse(await response.text());
  if (ok) return { kind: "answered", results: resultsOf(body["results"]) };
  if (status === 401) return { kind: "unauthenticated" };
  const code = String(body["code"] ?? status);
  const detail = String(body["message"] ?? `status ${status}`);
  if (!REFUSALS.includes(status)) {
    return { kind: "failed", status, detail, retry_after_seconds: Number(headers.get("retry-after")) || 0 };
  }
  // SQLSTATEs of data and of constraints, PostgREST's code of a body that is not JSON, and a body that is too large.
  return { kind: "refused", status, code, detail, is_of_data: status === 413 || /^(?:2[23]...|PGRST102)$/.test(code) };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function resultsOf(results: unknown): ReadonlyMap<string, EventResult> {
  const known = (Array.isArray(results) ? results : []).filter(isResult);
  return new Map(known.map((result) => [result.event_id, result]));
}

function isResult(result: unknown): result is EventResult {
  const { event_id, status } = Object(result);
  return typeof event_id === "string" && ["accepted", "duplicate", "rejected"].includes(status);
}
