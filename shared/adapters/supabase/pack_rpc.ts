import type { z } from "zod";
import { type AnalyticsRpc, createAnalyticsRpc, type FunctionName, type Input } from "./analytics_rpc.ts";
import { checkedScheduledEnvironment } from "../runtime/checked_environment.ts";
import type { GetVariable } from "../runtime/environment.ts";

/** Calls a function of schema analytics that a pack defines, and checks its answer. Throws AppError SOURCE_UNAVAILABLE or INTERNAL. */
export type PackRpc = <Schema extends z.ZodType>(call: {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Schema;
  readonly timeout_ms: number;
}) => Promise<z.output<Schema>>;

/** Reads the environment at the first call and contacts nothing before. */
export function connectPackRpc(get: GetVariable, fetch: typeof globalThis.fetch = globalThis.fetch): PackRpc {
  let connected: AnalyticsRpc | null = null;
  return async ({ name, input, output, timeout_ms }) => {
    connected ??= createAnalyticsRpc(checkedScheduledEnvironment(get), fetch);
    // The generated types have the core's functions only: a pack can be left out.
    const known = { name: name as FunctionName, input: input as Input<FunctionName> };
    return await connected({ ...known, output, timeout_ms });
  };
}
