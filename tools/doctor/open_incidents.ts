import { z } from "zod";
import { alertPayload } from "../../shared/audit/pass.ts";
import { repairSql } from "../../shared/audit/repair.ts";
import { scrubPayload } from "../../shared/audit/scrub_payload.ts";
import type { Diagnosis } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** A diagnosis before its repair is chosen. */
export type Found = Omit<Diagnosis, "repair_sql" | "runbook">;

/**
 * The audit's open incidents, if Freshet is installed: it keeps a history, so it finds faults that a single look
 * cannot.
 */
export async function openIncidents(
  { session }: Patient,
): Promise<{ readonly finding: Found; readonly repair: string | null }[]> {
  const rows = await session`
    select freshet.alert_payload(i, 'opened') as payload
    from analytics.incidents as i
    where i.closed_at is null
    order by i.incident_id`;
  return z.array(z.object({ payload: alertPayload })).parse(rows).map((row) => scrubPayload(row.payload)).map((
    payload,
  ) => ({
    finding: {
      kind: payload.kind,
      severity: payload.severity,
      subject: payload.subject,
      message: payload.message ?? payload.summary,
      ...(payload.job == null ? {} : { job: payload.job }),
      ...(payload.view == null ? {} : { view: payload.view }),
      ...(payload.schedule == null ? {} : { schedule: payload.schedule }),
      ...(payload.runid == null ? {} : { runid: payload.runid }),
    },
    repair: repairSql(payload),
  }));
}
