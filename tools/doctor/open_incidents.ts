import { scrubMessage } from "../../shared/core/scrub_message.ts";
import type { Diagnosis } from "./finding.ts";
import { SEVERITIES, type Severity } from "./kinds.ts";
import type { Patient } from "./patient.ts";

/** An incident of the audit that stands open, before its repair is known. */
export type OpenIncident = Omit<Diagnosis, "repair_sql" | "runbook">;

/** What the audit has open, where Freshet is installed: it remembers, and so sees what one look cannot. */
export async function openIncidents({ session }: Patient): Promise<OpenIncident[]> {
  const rows = await session`
    select i.kind, i.subject, i.severity, i.job_name, i.evidence ->> 'view' as view, i.evidence ->> 'schedule' as schedule,
      (i.evidence ->> 'runid')::float8 as runid, coalesce(i.evidence ->> 'message', k.summary) as message
    from analytics.incidents as i
    join analytics.alert_kinds as k on k.kind = i.kind
    where i.closed_at is null
    order by i.incident_id`;
  return rows.map((row) => ({
    kind: String(row["kind"]),
    severity: severityOf(String(row["severity"])),
    subject: String(row["subject"]),
    message: scrubMessage(String(row["message"])),
    ...(row["job_name"] === null ? {} : { job: String(row["job_name"]) }),
    ...(row["view"] === null ? {} : { view: String(row["view"]) }),
    ...(row["schedule"] === null ? {} : { schedule: String(row["schedule"]) }),
    ...(row["runid"] === null ? {} : { runid: Number(row["runid"]) }),
  }));
}

function severityOf(text: string): Severity {
  return SEVERITIES.find((one) => one === text) ?? "error";
}
