import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { type ApiAnswer, issueApi } from "../../../stack/sentry/issue_api.ts";
import { Issues } from "../../../stack/sentry/issues.ts";
import { Monitors } from "../../../stack/sentry/monitors.ts";
import { keepEnvelope } from "../../../stack/sentry/keep_envelope.ts";
import { type ParsedEnvelope, parseEnvelope } from "../../../stack/sentry/parse_envelope.ts";

/** How the sink answers one envelope or API call. Default: it accepts it. */
export interface Step {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delay_ms?: number;
  /** reset: the connection breaks before the envelope is accepted; response_lost: after; silent: no answer at all. */
  readonly fault?: "reset" | "response_lost" | "silent";
}

export type Category = "event" | "check_in";

export interface Received {
  readonly category: Category;
  readonly envelope: ParsedEnvelope;
  /** The whole envelope as text, for searching it for secrets. */
  readonly text: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether Sentry would have accepted it, regardless of the answer to the sender. */
  readonly is_taken: boolean;
}

/** A call of the API, as received. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number | null;
}

/** A substitute for Sentry with issues, monitors and API, which fails as scripted. Listens on loopback only. */
export interface EnvelopeSink {
  readonly dsn: string;
  /** URL of its API, for the organisation `freshet`. */
  readonly apiUrl: string;
  readonly calls: readonly ApiCall[];
  readonly issues: Issues;
  readonly monitors: Monitors;
  /** Tokens of its API and their scopes; one that may close issues exists from the start. */
  readonly tokens: Record<string, readonly string[]>;
  /** Every request, in order. */
  readonly received: readonly Received[];
  /** Scripts the next envelopes of a category, one step each. */
  script(category: Category | "api", ...steps: readonly Step[]): void;
  /** The step for a category's envelopes after the scripted steps. */
  always(category: Category | "api", step: Step): void;
  /** Accepted payloads, the first of each event id, as Sentry keeps them. */
  events(): readonly Readonly<Record<string, unknown>>[];
  checkIns(): readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

const LARGEST_BYTES = 1_000_000;

export async function startEnvelopeSink(): Promise<EnvelopeSink> {
  const received: Received[] = [];
  const scripts: Record<Category | "api", Step[]> = { event: [], check_in: [], api: [] };
  const defaults: Record<Category | "api", Step> = { event: {}, check_in: {}, api: {} };
  const calls: ApiCall[] = [];
  const issues = new Issues();
  const monitors = new Monitors();
  const tokens: Record<string, readonly string[]> = { "sntryu_may_write_events": ["event:write"] };
  const api = issueApi({ issues, organization: "freshet", project: "1", tokens });
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const server = createServer((request, response) =>
    void (request.url?.startsWith("/api/0/") ? call(request, response) : take(request, response))
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the envelope sink has no port");

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const envelope = parseEnvelope(bytes);
    const category = envelope.items.some((item) => item.type === "check_in") ? "check_in" : "event";
    const step = bytes.length > LARGEST_BYTES ? { status: 413 } : scripts[category].shift() ?? defaults[category];
    const status = step.status ?? 200;
    received.push({
      category,
      envelope,
      text: new TextDecoder().decode(bytes),
      path: request.url ?? "",
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      is_taken: step.fault === undefined ? status >= 200 && status < 300 : step.fault === "response_lost",
    });
    if (received.at(-1)?.is_taken === true) keepEnvelope(envelope, { issues, monitors });
    await answer(request, response, step, { status, body: step.body ?? "{}" });
  }

  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const step = scripts.api.shift() ?? defaults.api;
    const { method = "GET", url: path = "/" } = request;
    const is_done = step.fault === undefined ? step.status === undefined : step.fault === "response_lost";
    const done: ApiAnswer = is_done
      ? api({
        method,
        path,
        authorization: request.headers.authorization ?? null,
        body: text === "" ? null : JSON.parse(text),
      })
      : { status: step.status ?? 500, body: { detail: "scripted" } };
    calls.push({ method, path, body: text, status: step.fault === undefined ? done.status : null });
    await answer(request, response, step, { status: done.status, body: step.body ?? JSON.stringify(done.body) });
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    step: Step,
    { status, body }: { readonly status: number; readonly body: string },
  ): Promise<void> {
    if (step.fault === "silent") return;
    if (step.delay_ms !== undefined) await pause(step.delay_ms);
    if (step.fault !== undefined) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...step.headers }).end(body);
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, milliseconds);
      timers.add(timer);
    });
  }

  function taken(category: Category): Received[] {
    return received.filter((one) => one.category === category && one.is_taken);
  }

  return {
    dsn: `http://public@127.0.0.1:${address.port}/1`,
    apiUrl: `http://127.0.0.1:${address.port}`,
    calls,
    issues,
    monitors,
    tokens,
    received,
    script: (category, ...steps) => void scripts[category].push(...steps),
    always: (category, step) => void (defaults[category] = step),
    events() {
      const distinct = new Map<string, Readonly<Record<string, unknown>>>();
      for (const { envelope } of taken("event")) {
        const payload = envelope.items[0]?.payload ?? {};
        const id = String(payload["event_id"]);
        if (!distinct.has(id)) distinct.set(id, payload);
      }
      return [...distinct.values()];
    },
    checkIns: () => taken("check_in").map(({ envelope }) => envelope.items[0]?.payload ?? {}),
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
