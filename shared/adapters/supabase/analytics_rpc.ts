import type { z } from "zod";
import { internalError } from "../../kernel/app_error.ts";
import type { ScheduledEnvironment } from "../runtime/environment.ts";
import { sourceError } from "./source_error.ts";
import type { SupabaseClient } from "./client.ts";

export interface Call<Schema extends z.ZodType> {
  /** A function of schema `analytics` that the service role may execute. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Schema;
  readonly timeout_ms: number;
}

/** What the data API is called with. */
export type Connection = Pick<ScheduledEnvironment, "SUPABASE_URL" | "SUPABASE_SECRET_KEYS">;

/** Calls one database function and checks what it says. Throws AppError SOURCE_UNAVAILABLE or INTERNAL. */
export type AnalyticsRpc = <Schema extends z.ZodType>(call: Call<Schema>) => Promise<z.output<Schema>>;

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
      .rpc(call.name, call.input)
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
