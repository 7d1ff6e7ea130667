import { z } from "zod";
import { calendarRequestSchema } from "../../audit/calendar/request.ts";
import { jobCheckInSchema, leasedResolutionSchema } from "../../audit/leased.ts";
import { auditAnswerSchema, backlogSchema, leasedAlertSchema } from "../../audit/pass.ts";
import type { AuditDatabase, Lease, ResolutionLease } from "../../audit/ports.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

/** A pass over a long backlog takes seconds; longer than this something holds it up. */
const PASS_MS = 30_000;
const STEP_MS = 10_000;

/** What it takes to give an alert back. */
const leases = z.array(z.looseObject({ event_id: z.string(), lease_token: z.number().int() })).max(1);

/** The audit's functions in schema analytics. Delays are lengths, not times: the database's clock is the only one. */
export function createAuditDatabase(rpc: AnalyticsRpc): AuditDatabase {
  function step<Schema extends z.ZodType>(name: string, input: Readonly<Record<string, unknown>>, output: Schema) {
    return rpc({ name, input, output, timeout_ms: STEP_MS });
  }

  function settle(name: string, lease: Lease, more: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
    return step(name, { event_id: lease.event_id, token: lease.lease_token, ...more }, z.boolean());
  }

  function settleResolution(name: string, lease: ResolutionLease, more: Readonly<Record<string, unknown>>) {
    return step(name, { event_id: lease.event_id, token: lease.resolve_token, ...more }, z.boolean());
  }

  return {
    calendar: () => step("audit_calendar_request", {}, calendarRequestSchema.nullable()),
    pass: ({ dry_run, calendar }) =>
      rpc({ name: "audit_pass", input: { dry_run, calendar }, output: auditAnswerSchema, timeout_ms: PASS_MS }),
    shrink: () => step("shrink_audit_batch", {}, z.number()),
    noteFailure: (reason) => step("note_failed_audit", { reason }, z.boolean()),
    async lease(seconds, resolving) {
      while (true) {
        const [row] = await step("lease_alerts", { n: 1, lease: `${seconds} seconds`, resolving }, leases);
        if (row === undefined) return null;
        const alert = leasedAlertSchema.safeParse(row);
        if (alert.success) return alert.data;
        // It cannot be told, and those behind it can. Health says why it is parked.
        const at = alert.error.issues[0]?.path.join(".") ?? "the top";
        await settle("park_alert", row, { error: `the audit itself cannot read this alert, at ${at}` });
      }
    },
    acknowledge: (lease) => settle("acknowledge_alert", lease),
    defer: (lease, { seconds, error }) => settle("defer_alert", lease, { delay: `${seconds} seconds`, error }),
    park: (lease, error) => settle("park_alert", lease, { error }),
    async hold(category, seconds) {
      await step("hold_alerts", { category, delay: `${seconds} seconds` }, z.unknown());
    },
    async leaseResolution(seconds) {
      const leased = z.array(leasedResolutionSchema).max(1);
      const [resolution] = await step("lease_resolution", { lease: `${seconds} seconds` }, leased);
      return resolution ?? null;
    },
    acknowledgeResolution: (lease, note) => settleResolution("acknowledge_resolution", lease, { note }),
    deferResolution: (lease, { seconds, error }) =>
      settleResolution("defer_resolution", lease, { delay: `${seconds} seconds`, error }),
    dueCheckIns: () => step("due_check_ins", {}, z.array(jobCheckInSchema)),
    async acknowledgeCheckIn({ job_name, runid }) {
      await step("acknowledge_check_in", { job_name, runid }, z.unknown());
    },
    claimHeartbeat: () => step("claim_heartbeat", {}, z.boolean()),
    record: (state, detail) => step("record_delivery", { state, detail }, backlogSchema),
  };
}
