import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { type Envelope, parseEnvelope } from "./envelope.ts";

/** What the sink does with one envelope. Left out: it answers 200. */
export interface Step {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delay_ms?: number;
  /** reset: the connection breaks before the envelope is taken; response_lost: after; silent: no answer at all. */
  readonly fault?: "reset" | "response_lost" | "silent";
}

export type Category = "event" | "check_in";

export interface Received {
  readonly category: Category;
  readonly envelope: Envelope;
  /** The whole envelope as text, for looking for what must not be in it. */
  readonly text: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether Sentry would have it now, whatever the sender was told. */
  readonly is_taken: boolean;
}

/** A receiver of Sentry envelopes that fails as it is told. Listens on loopback only. */
export interface EnvelopeSink {
  readonly dsn: string;
  /** Every request, in order. */
  readonly received: readonly Received[];
  /** Steps for the next envelopes of a category, one each. */
  script(category: Category, ...steps: readonly Step[]): void;
  /** What happens to a category's envelopes when no scripted step is left. */
  always(category: Category, step: Step): void;
  /** Payloads that were taken, the first of each event id, as Sentry keeps them. */
  events(): readonly Readonly<Record<string, unknown>>[];
  checkIns(): readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

const LARGEST_BYTES = 1_000_000;

export async function startEnvelopeSink(): Promise<EnvelopeSink> {
  const received: Received[] = [];
  const scripts: Record<Category, Step[]> = { event: [], check_in: [] };
  const defaults: Record<Category, Step> = { event: {}, check_in: {} };
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const server = createServer((request, response) => void take(request, response));
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
    if (step.fault === "silent") return;
    if (step.delay_ms !== undefined) await pause(step.delay_ms);
    if (step.fault !== undefined) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...step.headers }).end("{}");
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
