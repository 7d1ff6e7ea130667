import type { z } from "zod";
import { internalError } from "../../kernel/app_error.ts";
import type { ScheduledEnvironment } from "../runtime/environment.ts";
import type { Database, Json } from "./database_types.ts";
import { sourceError } from "./source_error.ts";
import type { SupabaseClient } from "./client.ts";

type Functions = Database["analytics"]["Functions"];

/** A function of schema `analytics` that the service role may execute. A new one: run tools/database_types.ts. */
export type FunctionName = keyof Functions;

/** The arguments of a function by name. The generated types say nothing about nulls: every argument may be null. */
export type Input<Name extends FunctionName> = {
  readonly [Argument in keyof Functions[Name]["Args"]]: Value<Functions[Name]["Args"][Argument]>;
};

type Value<Argument> = [Argument] extends [never] ? never
  // jsonb takes whatever JSON.stringify does.
  : [Json] extends [Argument] ? unknown
  // A bigint that a double cannot hold exactly is sent as text.
  : Argument extends number ? number | string | null
  : Argument | null;

export interface Call<Name extends FunctionName, Schema extends z.ZodType> {
  readonly name: Name;
  readonly input: Input<Name>;
  readonly output: Schema;
  readonly timeout_ms: number;
  /** By GET, the only method that replicas take. All arguments must be texts. */
  readonly get?: true;
}

/** The address and the key of the data API. */
export type Connection = Pick<ScheduledEnvironment, "SUPABASE_URL" | "SUPABASE_SECRET_KEYS">;

/** Calls one database function and checks its answer. Throws AppError SOURCE_UNAVAILABLE or INTERNAL. */
export type AnalyticsRpc = <Name extends FunctionName, Schema extends z.ZodType>(
  call: Call<Name, Schema>,
) => Promise<z.output<Schema>>;

/**
 * The database's functions through the data API, with the secret key named default: that key lives in this file's client
 * and nowhere else.
 */
export function createAnalyticsRpc(
  environment: Connection,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): AnalyticsRpc {
  let connected: Promise<SupabaseClient> | null = null;

  return async (call) => {
    connected ??= connect(environment, fetch);
    const { data, error, status } = await (await connected)
      .schema("analytics")
      .rpc(call.name, call.input, { get: call.get === true })
      // The client would repeat a GET for seconds; who asks decides what comes next.
      .retry(false)
      .abortSignal(AbortSignal.timeout(call.timeout_ms));
    // The client promises a code; a proxy's HTML page has none.
    if (error !== null) throw sourceError(call.name, { code: String(error.code ?? ""), status });
    const parsed = call.output.safeParse(data);
    if (parsed.success) return parsed.data;
    const at = parsed.error.issues[0]?.path.join(".") || "the top";
    throw internalError(`${call.name} answered in an unknown shape, at ${at}`);
  };
}

async function connect(environment: Connection, fetch: typeof globalThis.fetch): Promise<SupabaseClient> {
  const { createClient } = await import("./client.ts");
  const key = environment.SUPABASE_SECRET_KEYS["default"] ?? "";
  return createClient(environment.SUPABASE_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch },
  });
}
