import { z } from "zod";
import { CALL_VERDICTS, type CallVerifier } from "../core/signed_call.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

/** analytics.verify_call, through the data API: the secret that signs never leaves the database. */
export function createCallVerifier(rpc: AnalyticsRpc): CallVerifier {
  return {
    verify: (call) =>
      rpc({ name: "verify_call", input: { ...call }, output: z.enum(CALL_VERDICTS), timeout_ms: 5_000 }),
  };
}
