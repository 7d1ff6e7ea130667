import { repairSql } from "../../shared/audit/repair.ts";
import { declareAsItIs } from "../../shared/audit/repair_unseen.ts";
import type { Found } from "./open_incidents.ts";

/** Kinds whose repair changes the job's command; for a declared job, that would contradict its declaration. */
const REWRITES: ReadonlySet<string> = new Set(["locking_refresh", "unset_timeout"]);

const NEEDS_FRESHET = /\b(?:analytics|freshet)\./;

/**
 * The check's own repair, which is the most specific; otherwise that of the audit's alerts, of which a database without
 * Freshet gets only the lines that run there.
 */
export function repairOf(
  finding: Found,
  options: { readonly own: string | null; readonly has_freshet: boolean; readonly now: number },
): string | null {
  if (options.own !== null) {
    return options.has_freshet && REWRITES.has(finding.kind)
      ? `${options.own}\n${declareAsItIs(finding.job ?? finding.subject)}`
      : options.own;
  }
  const shared = sharedRepair(finding, options.now);
  if (options.has_freshet) return shared;
  const lines = shared?.split("\n").filter((line) => !NEEDS_FRESHET.test(line)).join("\n");
  return lines || null;
}

/** The repair in an alert of this kind. */
function sharedRepair(found: Found, now: number) {
  const { kind, subject, severity, message, job, jobid, renamed_to, owner, view, schedule, runid } = found;
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
    ...(jobid === undefined ? {} : { jobid }),
    ...(renamed_to === undefined ? {} : { renamed_to }),
    ...(owner === undefined ? {} : { owner }),
    ...(view === undefined ? {} : { view }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(runid === undefined ? {} : { runid }),
  });
}
