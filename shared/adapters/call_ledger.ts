import { z } from "zod";
import type { CallLedger } from "../core/call_ledger.ts";
import { type AnalyticsRpc, createAnalyticsRpc } from "./analytics_rpc.ts";
import { checkedScheduledEnvironment } from "./checked_environment.ts";

/** analytics.complete_call, through the data API. */
export function createCallLedger(rpc: AnalyticsRpc): CallLedger {
  return {
    async complete(call_id, completion) {
      await rpc({ name: "complete_call", input: { call_id, ...completion }, output: z.boolean(), timeout_ms: 5_000 });
    },
  };
}

/** The ledger of the project that the environment names. Nothing is contacted yet. */
export function connectCallLedger(get: (name: string) => string | undefined): CallLedger {
  return createCallLedger(createAnalyticsRpc(checkedScheduledEnvironment(get)));
}
