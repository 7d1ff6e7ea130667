import { z } from "zod";
import { repairSql } from "../../audit/repair.ts";
import type { Incident } from "../../ops/lists.ts";
import { scrubMessage } from "../../kernel/scrub/message.ts";
import { scrubPayload } from "../../audit/scrub_payload.ts";
import { toUtc } from "../../kernel/utc_timestamp.ts";
import { asked, type Listing } from "./serve_ops.ts";

const params = z.strictObject({
  state: z.enum(["open", "closed"], { error: "must be open or closed" }).optional(),
  kind: asked.word().optional(),
  job: asked.name().optional(),
  cursor: asked.number().optional(),
  limit: asked.limit(),
});

/** GET /ops/incidents: newest first, each with the content of its alert. */
export const incidents: Listing<typeof params, Incident> = {
  name: "incidents",
  params,
  read: (operations, asked) => operations.incidents(asked),
  show({ payload: written, alerts, ...incident }, { runbook_url }) {
    const payload = scrubPayload(written);
    return {
      incident_id: incident.incident_id,
      kind: payload.kind,
      subject: payload.subject,
      fingerprint: payload.fingerprint,
      severity: payload.severity,
      state: incident.state,
      summary: payload.summary,
      message: payload.message ?? null,
      job: payload.job ?? null,
      view: payload.view ?? null,
      schedule: payload.schedule ?? null,
      runid: payload.runid ?? null,
      sqlstate: payload.sqlstate ?? null,
      occurrence_count: payload.streak,
      first_seen_at: toUtc(payload.first_seen_at),
      last_seen_at: toUtc(payload.last_seen_at),
      opened_at: toUtc(payload.opened_at),
      closed_at: payload.closed_at === null ? null : toUtc(payload.closed_at),
      resolution: payload.resolution,
      cause_id: incident.cause_id,
      muted_until: incident.muted_until,
      announced_at: incident.announced_at,
      runbook: `${runbook_url}/${payload.kind}.md`,
      repair_sql: repairSql(payload),
      alerts: alerts.map((alert) => ({
        ...alert,
        last_error: alert.last_error === null ? null : scrubMessage(alert.last_error),
      })),
    };
  },
};
