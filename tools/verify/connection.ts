import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { sourceAnswer, type SourceRequest } from "../../shared/read/source.ts";
import { viewStates } from "../../shared/read/view_state.ts";
import { pause } from "../../stack/pause.ts";
import { keyOf, type SyntheticTable } from "./subject.ts";
import type { IdRange } from "./synthetic_ids.ts";
import type { Target } from "./target.ts";

/** Timeout, long enough to refresh a big view through the API; the platform's own limit may be shorter. */
const REQUEST_MS = 120_000;

/** The project refused or failed a call. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;

  constructor(what: string, error: { readonly code?: string; readonly message: string }, status: number) {
    const code = error.code || String(status || "no answer");
    super(`${what} [${code}]: ${error.message}`);
    this.code = code;
  }
}

/**
 * The server did not receive the whole request and did nothing, so even a write may be sent again (RFC 9110, 15.5.9).
 */
const NOT_RECEIVED = [408];

/** Failures of a proxy on the way. Idempotent calls are sent again. */
const PASSING = [...NOT_RECEIVED, 502, 503, 504];

interface Result {
  readonly error: { readonly code?: string; readonly message: string } | null;
  readonly status: number;
}

const refreshed = z.object({ outcome: z.string() });
const job = z.object({ jobname: z.string(), active: z.boolean() });

/** A connection to the project with one of its keys. Every method may throw Refused. */
export class Connection {
  readonly #client: SupabaseClient;

  constructor(target: Target, key: string) {
    this.#client = createClient(target.origin, key, { auth: { persistSession: false, autoRefreshToken: false } });
  }

  async insert(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const send = () => this.#client.from(table).insert([...rows]).abortSignal(limit());
    await sent(`Writing ${table}`, send, NOT_RECEIVED);
  }

  /** Deletes the rows whose key lies in the range. */
  async remove(table: SyntheticTable, { first, last }: IdRange): Promise<void> {
    const key = keyOf(table);
    const send = () => this.#client.from(table.name).delete().gte(key, first).lte(key, last).abortSignal(limit());
    await sent(`Removing from ${table.name}`, send);
  }

  async count(table: SyntheticTable, { first, last }: IdRange): Promise<number> {
    const key = keyOf(table);
    const found = () => this.#client.from(table.name).select(key, { count: "exact" }).gte(key, first).lte(key, last);
    return z.int().parse((await sent(`Counting ${table.name}`, () => found().limit(1).abortSignal(limit()))).count);
  }

  async readView(view: string, request: SourceRequest) {
    return sourceAnswer.parse(await this.#analytics("read_view", { view_name: view, request }));
  }

  async viewStates() {
    return viewStates.parse(await this.#analytics("view_states", {}));
  }

  async refreshView(view: string) {
    return refreshed.parse(await this.#analytics("refresh_view", { view_name: view }));
  }

  async jobs() {
    return z.array(job).parse(await this.#analytics("get_cron_job_status", {}));
  }

  /** Selects from a view directly, without a function: no role may be allowed to. */
  async selectView(view: string): Promise<void> {
    const found = () => this.#client.schema("analytics").from(view).select("*").limit(1);
    await sent(`Selecting ${view}`, () => found().abortSignal(limit()));
  }

  /** Calls a function of schema public without arguments. */
  async call(name: string): Promise<void> {
    await sent(name, () => this.#client.rpc(name).limit(1).abortSignal(limit()));
  }

  async #analytics(name: string, input: Record<string, unknown>): Promise<unknown> {
    const send = () => this.#client.schema("analytics").rpc(name, input).abortSignal(limit());
    return (await sent(`analytics.${name}`, send)).data;
  }
}

function limit(): AbortSignal {
  return AbortSignal.timeout(REQUEST_MS);
}

async function sent<R extends Result>(what: string, send: () => PromiseLike<R>, passing = PASSING): Promise<R> {
  let result = await send();
  if (result.error !== null && passing.includes(result.status)) {
    await pause(200);
    result = await send();
  }
  if (result.error !== null) throw new Refused(what, result.error, result.status);
  return result;
}
