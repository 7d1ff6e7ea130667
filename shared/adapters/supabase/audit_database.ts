import { z } from "zod";
import { calendarRequestSchema } from "../../audit/calendar/request.ts";
import { jobCheckInSchema, leasedResolutionSchema } from "../../audit/leased.ts";
import { auditAnswerSchema, backlogSchema, leasedAlertSchema } from "../../audit/pass.ts";
import type { AuditDatabase, Lease } from "../../audit/ports.ts";
import type { AnalyticsRpc, FunctionName, Input } from "./analytics_rpc.ts";

/** A pass over a long backlog takes seconds; if it takes longer than this, something blocks it. */
const PASS_MS = 30_000;
const STEP_MS = 10_000;

/** The two values that give a leased alert back. */
const leases = z.array(z.looseObject({ event_id: z.string(), lease_token: z.number().int() })).max(1);

/** The audit's functions in schema analytics. Delays are durations, not times: only the database's clock counts. */
export function createAuditDatabase(rpc: AnalyticsRpc): AuditDatabase {
  function step<Name extends FunctionName, Schema extends z.ZodType>(name: Name, input: Input<Name>, output: Schema) {
    return rpc({ name, input, output, timeout_ms: STEP_MS });
  }

  function park({ event_id, lease_token: token }: Lease, error: string): Promise<boolean> {
    return step("park_alert", { event_id, token, error }, z.boolean());
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
        // It cannot be sent, and must not block the alerts behind it. Health shows why it is parked.
        const at = alert.error.issues[0]?.path.join(".") ?? "the top";
        await park(row, `the audit itself cannot read this alert, at ${at}`);
      }
    },
    acknowledge: ({ event_id, lease_token: token }) => step("acknowledge_alert", { event_id, token }, z.boolean()),
    defer: ({ event_id, lease_token: token }, { seconds, error }) =>
      step("defer_alert", { event_id, token, delay: `${seconds} seconds`, error }, z.boolean()),
    park,
    async hold(category, seconds) {
      await step("hold_alerts", { category, delay: `${seconds} seconds` }, z.unknown());
    },
    async leaseResolution(seconds) {
      const leased = z.array(leasedResolutionSchema).max(1);
      const [resolution] = await step("lease_resolution", { lease: `${seconds} seconds` }, leased);
      return resolution ?? null;
    },
    acknowledgeResolution: ({ event_id, resolve_token: token }, note) =>
      step("acknowledge_resolution", { event_id, token, note }, z.boolean()),
    deferResolution: ({ event_id, resolve_token: token }, { seconds, error }) =>
      step("defer_resolution", { event_id, token, delay: `${seconds} seconds`, error }, z.boolean()),
    dueCheckIns: () => step("due_check_ins", {}, z.array(jobCheckInSchema)),
    async acknowledgeCheckIn({ job_name, runid }) {
      await step("acknowledge_check_in", { job_name, runid }, z.unknown());
    },
    async noteReadAddress({ fault, lag_ms }) {
      await step("note_read_address", { fault, lag_ms }, z.unknown());
    },
    async noteClaimPaths(paths) {
      await step("note_claim_paths", { paths }, z.unknown());
    },
    claimHeartbeat: () => step("claim_heartbeat", {}, z.boolean()),
    record: (state, detail) => step("record_delivery", { state, detail }, backlogSchema),
  };
}
