import type { Alert } from "./audit_pass.ts";

type Payload = Alert["payload"];

/** What to run first, for each kind of finding; the runbook page of the kind says the rest. */
const REPAIRS: Readonly<Record<string, (payload: Payload) => string>> = {
  failed: ({ runid, job }) =>
    lines(
      `select runid, status, return_message, start_time, end_time from cron.job_run_details where runid = ${
        runid ?? "…"
      };`,
      job?.startsWith("refresh-") ? refresh(job.slice("refresh-".length)) : null,
    ),
  stale: ({ view, job }) =>
    lines(
      `select jobid, schedule, active, username from cron.job where jobname = ${literal(job ?? "")};`,
      refresh(view ?? ""),
    ),
  blind: ({ subject }) =>
    lines(
      `select jobid, schedule, active, username from cron.job where jobname = ${literal(subject)};`,
      `select rolname, rolbypassrls from pg_roles where rolname in ('postgres', current_user);`,
      `show cron.log_run;`,
    ),
  history_lost: () => `select epoch, low_runid, last_audit_at from analytics.audit_state;`,
  storm: ({ incident_id }) =>
    `select kind, subject, opened_at, closed_at from analytics.incidents where cause_id = ${incident_id} order by incident_id;`,
};

/** SQL that a person can paste to look at, and where possible mend, what an alert is about; null for an unknown kind. */
export function repairSql(payload: Payload): string | null {
  return REPAIRS[payload.kind]?.(payload) ?? null;
}

function refresh(view: string): string {
  return `select * from analytics.manual_refresh(${literal(view)});`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function lines(...statements: readonly (string | null)[]): string {
  return statements.filter((statement) => statement !== null).join("\n");
}
