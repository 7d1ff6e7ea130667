import type { Alert } from "./audit_pass.ts";

type Payload = Alert["payload"];

/** What to run first, for each kind of finding; the runbook page of the kind says the rest. */
const REPAIRS: Readonly<Record<string, (payload: Payload) => string>> = {
  blind: ({ subject }) =>
    lines(
      `select jobid, schedule, active, username from cron.job where jobname = ${literal(subject)};`,
      `select rolname, rolbypassrls from pg_roles where rolname in ('postgres', current_user);`,
      `show cron.log_run;`,
    ),
  duplicated: ({ duplicates }) => lines(...(duplicates ?? []).map(({ jobid }) => unschedule(jobid))),
  edited: ({ job, jobid }) => lines(look(jobid), restore(job), `-- or, when it is wanted as it is: ${adopt(job)}`),
  failed: ({ runid, job }) =>
    lines(
      `select runid, status, return_message, start_time, end_time from cron.job_run_details where runid = ${
        runid ?? "…"
      };`,
      job?.startsWith("refresh-") ? refresh(job.slice("refresh-".length)) : null,
    ),
  history_lost: () => `select epoch, low_runid, last_audit_at from analytics.audit_state;`,
  http_failed: ({ job, failure_class }) => lines(calls(job), failure_class === "config" ? SECRETS : null),
  inactive: ({ job, jobid }) => lines(look(jobid), restore(job)),
  missed: ({ job }) =>
    lines(
      `select job_name, schedule, last_run_at, due_slot_at, next_slot_at, missed_slot_at from analytics.job_slots where ${
        job == null ? "missed_slot_at is not null" : `job_name = ${literal(job)}`
      };`,
      `select pid, backend_start from pg_stat_activity where application_name = 'pg_cron scheduler';`,
      job?.startsWith("refresh-") ? refresh(job.slice("refresh-".length)) : null,
    ),
  missing: ({ job }) => restore(job),
  net_worker_gone: () =>
    lines(
      `select pid, backend_start, state, wait_event from pg_stat_activity where backend_type like 'pg_net%';`,
      `select count(*), min(id) from net.http_request_queue;`,
      `select net.worker_restart();`,
    ),
  never_fires: ({ jobid }) => lines(look(jobid), `-- register the job again, with a schedule that fires`),
  orphan_owner: ({ owner, jobids }) => adoptOrphans(owner ?? "", jobids ?? []),
  secret_missing: ({ subject }) => lines(SECRETS, `select vault.create_secret('<value>', ${literal(subject)});`),
  stale: ({ view, job }) =>
    lines(
      `select jobid, schedule, active, username from cron.job where jobname = ${literal(job ?? "")};`,
      refresh(view ?? ""),
    ),
  storm: ({ incident_id }) =>
    `select kind, subject, opened_at, closed_at from analytics.incidents where cause_id = ${incident_id} order by incident_id;`,
  undeclared: ({ job, jobid }) => lines(look(jobid), adopt(job), `-- or: ${unschedule(jobid)}`),
  unknown_outcome: ({ job }) => lines(calls(job), `select count(*), min(id) from net.http_request_queue;`),
  wrong_host: ({ jobid }) =>
    lines(
      look(jobid),
      `select decrypted_secret from vault.decrypted_secrets where name = 'project_url';`,
      unschedule(jobid),
    ),
};

/** Never a value: whether it is there, and whether it was pasted with its line end. */
const SECRETS = `select name, length(decrypted_secret), decrypted_secret ~ '\\s' as has_white_space, updated_at
from vault.decrypted_secrets where name in ('project_url', 'cron_secret_key');`;

/** SQL that a person can paste to look at, and where possible mend, what an alert is about; null for an unknown kind. */
export function repairSql(payload: Payload): string | null {
  return REPAIRS[payload.kind]?.(payload) ?? null;
}

function calls(job: string | null | undefined): string {
  return `select call_id, runid, queued_at, outcome, status_code, is_timed_out, error, answer_code, completion_detail
from analytics.http_calls where job_name = ${literal(job ?? "")} order by call_id desc limit 10;`;
}

function look(jobid: number | null | undefined): string {
  return `select jobid, jobname, schedule, active, username, database from cron.job where jobid = ${jobid ?? "…"};`;
}

function restore(job: string | null | undefined): string {
  return `select analytics.restore_job(${literal(job ?? "")});`;
}

function adopt(job: string | null | undefined): string {
  return `select analytics.adopt_job(${literal(job ?? "")});`;
}

function unschedule(jobid: number | null | undefined): string {
  return `select cron.unschedule(${jobid ?? "…"});`;
}

/** A role unschedules its own jobs only, so for as long as that takes it has to exist again. */
function adoptOrphans(owner: string, jobids: readonly number[]): string {
  const role = `"${owner.replaceAll('"', '""')}"`;
  return lines(
    `create role ${role} nologin; grant ${role} to current_user; grant usage on schema cron to ${role};`,
    `set role ${role};`,
    ...jobids.map(unschedule),
    `reset role; revoke usage on schema cron from ${role}; drop role ${role};`,
  );
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
