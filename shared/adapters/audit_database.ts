import { z } from "zod";
import { internalError } from "../core/app_error.ts";
import { auditPassSchema, backlogSchema, leasedAlertSchema } from "../core/audit_pass.ts";
import type { AuditDatabase, Lease } from "../core/audit_ports.ts";
import type { DatabaseFunctions } from "./database_functions.ts";

/** The audit's functions in schema analytics. Whatever they answer is parsed here. */
export function createAuditDatabase(functions: DatabaseFunctions): AuditDatabase {
  async function call<Shape>(
    name: string,
    { arguments: given, shape }: { arguments: Readonly<Record<string, unknown>>; shape: z.ZodType<Shape> },
  ): Promise<Shape> {
    const parsed = shape.safeParse(await functions.call(name, given));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw internalError(`analytics.${name} answered another shape at "${issue?.path.join(".") ?? ""}"`);
  }

  function settle(name: string, lease: Lease, more: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
    const given = { event_id: lease.event_id, token: lease.lease_token, ...more };
    return call(name, { arguments: given, shape: z.boolean() });
  }

  return {
    pass: (dry_run) => call("audit_pass", { arguments: { dry_run }, shape: auditPassSchema }),
    async lease(seconds) {
      const given = { n: 1, lease: `${seconds} seconds` };
      const [alert] = await call("lease_alerts", { arguments: given, shape: z.array(leasedAlertSchema).max(1) });
      return alert ?? null;
    },
    acknowledge: (lease) => settle("acknowledge_alert", lease),
    defer: (lease, { seconds, error }) => settle("defer_alert", lease, { delay: `${seconds} seconds`, error }),
    park: (lease, error) => settle("park_alert", lease, { error }),
    async hold(category, seconds) {
      await functions.call("hold_alerts", { category, delay: `${seconds} seconds` });
    },
    record: (state, detail) => call("record_delivery", { arguments: { state, detail }, shape: backlogSchema }),
  };
}
