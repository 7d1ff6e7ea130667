import { z } from "zod";
import { CALL_VERDICTS, type CallLedger, type CallVerifier } from "../../ops/scheduled_calls.ts";
import { type AnalyticsRpc, createAnalyticsRpc } from "./analytics_rpc.ts";
import { checkedScheduledEnvironment } from "../runtime/checked_environment.ts";

/** analytics.complete_call, through the data API. */
export function createCallLedger(rpc: AnalyticsRpc): CallLedger {
  return {
    async complete(call_id, { outcome, detail }) {
      const input = { call_id, outcome, detail };
      await rpc({ name: "complete_call", input, output: z.boolean(), timeout_ms: 5_000 });
    },
  };
}

/** The ledger of the project that the environment names. Nothing is contacted yet. */
export function connectCallLedger(get: (name: string) => string | undefined): CallLedger {
  return createCallLedger(createAnalyticsRpc(checkedScheduledEnvironment(get)));
}

/** analytics.verify_call, through the data API: the secret that signs never leaves the database. */
export function createCallVerifier(rpc: AnalyticsRpc): CallVerifier {
  return {
    verify: ({ function_name, call_id, signed_at, body_sha256, signature }) =>
      rpc({
        name: "verify_call",
        input: { function_name, call_id, signed_at, body_sha256, signature },
        output: z.enum(CALL_VERDICTS),
        timeout_ms: 5_000,
      }),
  };
}
