/** What the server says about one event. */
export interface EventResult {
  /** Null if the server could not read the event. */
  readonly event_id: string | null;
  readonly status: "accepted" | "duplicate" | "rejected";
  readonly code: string | null;
  readonly detail: string | null;
}

/** What a call of `track_batch` came to. */
export type BatchReply =
  /** The results are in the order of the events; there may be fewer of them. */
  | { readonly kind: "answered"; readonly results: readonly unknown[] }
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
  if (ok) return { kind: "answered", results: Array.isArray(body["results"]) ? body["results"] : [] };
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

/** The result of each event by its id: of an event that the server could not read, by its place in a whole answer. */
export function resultsById(
  results: readonly unknown[],
  event_ids: readonly string[],
): ReadonlyMap<string, EventResult> {
  const found = new Map<string, EventResult>();
  for (const [place, result] of results.entries()) {
    if (!isResult(result)) continue;
    const event_id = result.event_id ?? (results.length === event_ids.length ? event_ids[place] : undefined);
    if (event_id !== undefined) found.set(event_id, result);
  }
  return found;
}

function isResult(result: unknown): result is EventResult {
  const { event_id, status } = Object(result);
  return (event_id === null || typeof event_id === "string") && ["accepted", "duplicate", "rejected"].includes(status);
}
