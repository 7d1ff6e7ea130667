import { z } from "zod";
import { isUnavailable } from "../core/app_error.ts";
import type { HealthSource } from "../core/health.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const healthSchema = z.looseObject({ status: z.enum(["ok", "unknown", "bad"]) });

/** The audit's last stored pass and its age; unknown when nobody can tell. */
export function createAuditHealth(rpc: AnalyticsRpc): HealthSource {
  return {
    name: "audit",
    async check() {
      try {
        const { status, ...details } = await rpc({
          name: "get_audit_health",
          input: {},
          output: healthSchema,
          timeout_ms: 2_000,
        });
        return { status, details };
      } catch (error) {
        if (isUnavailable(error)) return { status: "unknown", details: {} };
        throw error;
      }
    },
  };
}
