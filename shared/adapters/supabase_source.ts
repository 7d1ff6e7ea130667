import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "zod";
import { internalError } from "../core/app_error.ts";
import { type Source, sourceAnswer } from "../core/source.ts";
import { viewStates } from "../core/view_state.ts";
import type { Environment } from "./environment.ts";
import { sourceError } from "./source_error.ts";

/** A view is read in milliseconds: after this the database is in trouble and waiting makes it worse. */
const READ_MS = 5_000;
const STATES_MS = 2_000;

interface Call<Schema extends z.ZodType> {
  readonly name: "view_states" | "read_view";
  readonly input: Record<string, unknown>;
  readonly output: Schema;
  readonly timeout_ms: number;
}

/**
 * The database through the data API, with the secret key named default, which lives in this file's client only and can
 * reach two functions.
 */
export function createSupabaseSource(environment: Environment): Source {
  let connected: Promise<SupabaseClient> | null = null;

  function client(): Promise<SupabaseClient> {
    connected ??= connect(environment);
    return connected;
  }

  async function call<Schema extends z.ZodType>(wanted: Call<Schema>): Promise<z.output<Schema>> {
    const analytics = (await client()).schema("analytics");
    const { data, error, status } = await analytics
      .rpc(wanted.name, wanted.input)
      .abortSignal(AbortSignal.timeout(wanted.timeout_ms));
    if (error !== null) throw sourceError(wanted.name, { code: error.code, status });
    const parsed = wanted.output.safeParse(data);
    if (parsed.success) return parsed.data;
    const at = parsed.error.issues[0]?.path.join(".") || "the top";
    throw internalError(`${wanted.name} answered in an unknown shape, at ${at}`);
  }

  return {
    states: () => call({ name: "view_states", input: {}, output: viewStates, timeout_ms: STATES_MS }),
    read: (view_name, request) =>
      call({ name: "read_view", input: { view_name, request }, output: sourceAnswer, timeout_ms: READ_MS }),
  };
}

async function connect(environment: Environment): Promise<SupabaseClient> {
  const { createClient } = await import("@supabase/supabase-js");
  const key = environment.SUPABASE_SECRET_KEYS["default"] ?? "";
  return createClient(environment.SUPABASE_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
