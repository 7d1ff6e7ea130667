import { aboutReply, type Answer, type CsvAnswer, lengthOf } from "./answer.ts";
import { FreshetError } from "./failure.ts";
import { type Patience, sendPatiently } from "./patience.ts";
import { RecentAnswers } from "./recent_answers.ts";
import { failureOf, type Reply } from "./reply.ts";
import type { Resources } from "./resources.ts";
import { type Endpoint, type SupabaseClientLike, transportOf } from "./transport.ts";

/** How to reach the API: through a supabase-js client, or by its URL and a key. */
export type FreshetOptions = (({ readonly supabase: SupabaseClientLike }) | Endpoint) & Patience & {
  /** How many answers are kept and revalidated by their ETag; 100 when left out, 0 keeps none. */
  readonly most_kept?: number | undefined;
};

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * The greatest age, in seconds, that the caller accepts. An answer that would be older is refused with TOO_STALE, which
   * is waited for and retried like any other 503.
   */
  readonly max_age_seconds?: number | undefined;
}

export type ResourceName = keyof Resources;

/** Parameters may be left out where none is required. */
export type Asked<Params> = Record<never, never> extends Params
  ? [params?: Params | undefined, options?: ReadOptions | undefined]
  : [params: Params, options?: ReadOptions | undefined];

export type AnswerOf<Name extends ResourceName> = Answer<Resources[Name]["data"], Resources[Name]["meta"]>;

/** Reads resources by their names. Every function throws FreshetError. */
export interface Client {
  get<Name extends ResourceName>(name: Name, ...asked: Asked<Resources[Name]["params"]>): Promise<AnswerOf<Name>>;
  /** The same rows as a CSV file that is safe to open in a spreadsheet. */
  csv<Name extends ResourceName>(name: Name, ...asked: Asked<Resources[Name]["params"]>): Promise<CsvAnswer>;
}

/**
 * A client without the table of packs: the smallest one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const client = createBareClient({ url: "https://example.supabase.co", key: "sb_publishable_…" });
 * assert.deepEqual(Object.keys(client).sort(), ["csv", "get"]);
 * ```
 */
export function createBareClient(options: FreshetOptions): Client {
  const transport = transportOf(options);
  const recent = new RecentAnswers(options.most_kept ?? 100);

  async function send(
    path: string,
    { signal, max_age_seconds }: ReadOptions,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const asked = max_age_seconds === undefined
      ? headers
      : { ...headers, "cache-control": `max-age=${max_age_seconds}` };
    const request = { headers: asked, signal: signal ?? null };
    const reply = await sendPatiently(() => transport(`analytics/${path}`, request), options, request.signal);
    if (reply instanceof FreshetError) throw reply;
    return reply;
  }

  async function get(name: string, params: object = {}, read: ReadOptions = {}): Promise<Answer<unknown, unknown>> {
    const path = pathOf(name, params);
    const kept = recent.find(path);
    const headers = { accept: "application/json", ...(kept === undefined ? {} : { "if-none-match": kept.etag }) };
    const reply = await send(path, read, headers);
    const about = aboutReply(reply);
    const body = reply.status === 304 ? kept?.body : reply.body;
    if (!isBody(body)) throw failureOf(reply);
    if (about.freshness.etag !== null) recent.keep(path, { etag: about.freshness.etag, body });
    return { data: body.data, meta: body.meta, ...about };
  }

  async function csv(name: string, params: object = {}, read: ReadOptions = {}): Promise<CsvAnswer> {
    const reply = await send(pathOf(name, params), read, { accept: "text/csv" });
    return { text: String(reply.body), ...lengthOf(reply), ...aboutReply(reply) };
  }

  // The API guarantees the resources' types: it checks every row before it sends it.
  return { get: get as Client["get"], csv };
}

function pathOf(name: string, params: object): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  return given.length === 0 ? name : `${name}?${query}`;
}

function isBody(body: unknown): body is { readonly data: unknown; readonly meta: unknown } {
  return typeof body === "object" && body !== null && "data" in body && "meta" in body;
}
