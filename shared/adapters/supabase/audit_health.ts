import { z } from "zod";
import { isUnavailable } from "../../kernel/app_error.ts";
import { type HealthSource, NO_ANSWER } from "../../ops/health.ts";
import { scrubName } from "../../kernel/scrub/message.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const healthSchema = z.looseObject({
  status: z.enum(["ok", "unknown", "bad"]),
  reasons: z.array(z.string().transform(scrubName)),
  notes: z.array(z.string().transform(scrubName)).optional(),
  delivery: z.looseObject({ detail: z.string().transform(scrubName).nullish() }).optional(),
});

/** The audit's last stored pass and its age; unknown when the database does not answer. */
export function createAuditHealth(rpc: AnalyticsRpc): HealthSource {
  return {
    name: "audit",
    async check() {
      try {
        const { status, reasons, ...details } = await rpc({
          name: "get_audit_health",
          input: {},
          output: healthSchema,
          timeout_ms: 2_000,
        });
        return { status, reasons, details };
      } catch (error) {
        if (isUnavailable(error)) return { status: "unknown", reasons: [NO_ANSWER], details: {} };
        throw error;
      }
    },
  };
}
