import { repairSql } from "../../shared/core/audit_repair.ts";
import type { OpenIncident } from "./open_incidents.ts";

const NEEDS_FRESHET = /\b(?:analytics|private)\./;

/** The audit's own repair where Freshet is installed, else the check's: a stranger's database has none of our functions. */
export function repairOf(
  finding: OpenIncident,
  options: { readonly own: string | null; readonly has_freshet: boolean; readonly now: number },
): string | null {
  const shared = sharedRepair(finding, options.now);
  if (options.has_freshet) return shared ?? options.own;
  if (options.own !== null) return options.own;
  const lines = shared?.split("\n").filter((line) => !NEEDS_FRESHET.test(line)).join("\n");
  return lines || null;
}

/** The repair that an alert of this kind would carry. */
function sharedRepair({ kind, subject, severity, message, job, view, schedule, runid }: OpenIncident, now: number) {
  const seen_at = new Date(now).toISOString();
  return repairSql({
    kind,
    subject,
    fingerprint: `${kind}:${subject}`,
    severity,
    summary: message,
    message,
    incident_id: 0,
    streak: 1,
    first_seen_at: seen_at,
    last_seen_at: seen_at,
    opened_at: seen_at,
    closed_at: null,
    resolution: null,
    ...(job === undefined ? {} : { job }),
    ...(view === undefined ? {} : { view }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(runid === undefined ? {} : { runid }),
  });
}
