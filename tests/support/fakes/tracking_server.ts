/** What becomes of the next call. `silent_*`: there is never a response. */
export type CallFault =
  | "offline"
  | "lost_reply"
  | "half_answered"
  | "failing"
  | "unauthenticated"
  | "silent_before_commit"
  | "silent_after_commit";

export interface StoredEvent {
  readonly user: string;
  readonly event_id: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** One call as it arrived. */
export interface TrackingCall {
  readonly user: string | null;
  readonly keepalive: boolean;
  readonly bytes: number;
  /** Null for a body that is not JSON. */
  readonly event_ids: readonly string[] | null;
}

/**
 * What `track_batch` promises, without a database: at most 500 events and 256 KB; each event is taken once for each user,
 * and is answered by its id. Properties decide about an event: `is_rejected`, or `mystery` for a refusal of the whole
 * call that does not say why.
 */
export class TrackingServer {
  /** Every event that was stored, in the order of arrival. */
  readonly stored: StoredEvent[] = [];
  readonly calls: TrackingCall[] = [];
  /** The faults of the next calls. */
  faults: CallFault[] = [];
  readonly #known = new Set<string>();

  /** Answers a call as the data API would, or throws as fetch does without a network. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const fault = this.faults.shift();
    const silence = () =>
      new Promise<never>((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
    if (fault === "offline") throw new TypeError("Failed to fetch");
    if (fault === "silent_before_commit") return await silence();
    if (fault === "failing") return Response.json({ message: "upstream is down" }, { status: 503 });
    const response = await this.#answer(request, fault === "unauthenticated", fault === "half_answered");
    if (fault === "silent_after_commit") return await silence();
    if (fault === "lost_reply") throw new TypeError("Failed to fetch");
    return response;
  };

  async #answer(request: Request, is_refused: boolean, is_half: boolean): Promise<Response> {
    const body = await request.text();
    const user = userOf(request.headers.get("authorization"));
    const events = eventsOf(body);
    const event_ids = events?.map(({ event_id }) => String(event_id)) ?? null;
    this.calls.push({ user, keepalive: request.keepalive, bytes: new TextEncoder().encode(body).length, event_ids });
    if (user === null || is_refused) {
      return Response.json({ code: "PGRST301", message: "JWT expired" }, { status: 401 });
    }
    const refusal = refusalOf(events);
    if (refusal !== null) return Response.json(refusal, { status: 400 });
    const results = (events ?? []).map((event) => this.#take(user, event));
    return Response.json({ results: is_half ? results.slice(0, Math.ceil(results.length / 2)) : results });
  }

  #take(user: string, event: Readonly<Record<string, unknown>>) {
    const event_id = String(event["event_id"]);
    const key = `${user} ${event_id}`;
    if (propertiesOf(event)["is_rejected"] === true) {
      return { event_id, status: "rejected", code: "unknown_topic", detail: "There is no such topic" };
    }
    if (this.#known.has(key)) return { event_id, status: "duplicate", code: null, detail: null };
    this.#known.add(key);
    this.stored.push({ user, event_id, event });
    return { event_id, status: "accepted", code: null, detail: null };
  }
}

/** PostgREST's answer to a body that the function refuses as a whole; null where it does not. */
function refusalOf(events: readonly Readonly<Record<string, unknown>>[] | null) {
  if (events === null) return { code: "PGRST102", message: "Empty or invalid json" };
  if (events.length > 500) return { code: "22023", message: `${events.length} events: send at most 500` };
  const bytes = new TextEncoder().encode(jsonbText(events)).length;
  if (bytes > 262_144) return { code: "22023", message: `${bytes} bytes: send at most 262144` };
  if (JSON.stringify(events).includes("\\u0000")) {
    return { code: "22P05", message: "unsupported Unicode escape sequence" };
  }
  if (events.some((event) => propertiesOf(event)["mystery"] === true)) return { code: "P0001", message: "no" };
  return null;
}

function eventsOf(body: string): Readonly<Record<string, unknown>>[] | null {
  try {
    return JSON.parse(body).events;
  } catch {
    return null;
  }
}

function propertiesOf(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object(event["properties"]);
}

/** As PostgreSQL writes jsonb: with a blank after each colon and comma. */
function jsonbText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${jsonbText(one)}`).join(", ")}}`;
}

function userOf(authorization: string | null): string | null {
  const payload = /^Bearer [^.]+\.([^.]+)\./.exec(authorization ?? "")?.[1];
  if (payload === undefined) return null;
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).sub;
}
