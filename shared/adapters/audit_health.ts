import { z } from "zod";
import { isUnavailable } from "../core/app_error.ts";
import type { HealthSource } from "../core/health.ts";
import type { DatabaseFunctions } from "./database_functions.ts";

const healthSchema = z.looseObject({ status: z.enum(["ok", "unknown", "bad"]) });

/** The audit's last stored pass and its age; unknown when nobody can tell. */
export function createAuditHealth(functions: DatabaseFunctions): HealthSource {
  return {
    name: "audit",
    async check() {
      try {
        const { status, ...details } = healthSchema.parse(await functions.call("get_audit_health", {}));
        return { status, details };
      } catch (error) {
        if (isUnavailable(error) || error instanceof z.ZodError) return { status: "unknown", details: {} };
        throw error;
      }
    },
  };
}
