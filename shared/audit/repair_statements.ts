/** Statements that several repairs have in common. */
import { identifier, lines, literal } from "./sql_text.ts";

export function calls(job: string | null | undefined): string {
  return `select call_id, runid, queued_at, outcome, status_code, is_timed_out, error, answer_code, completion_detail
from analytics.http_calls where job_name = ${literal(job ?? "")} order by call_id desc limit 10;`;
}

export function durations(job: string | null | undefined): string {
  return `select round(seconds, 1) as seconds from freshet.recent_durations(${literal(job ?? "")}) order by place;`;
}

export function look(jobid: number | null | undefined): string {
  return `select jobid, jobname, schedule, active, username, database from cron.job where jobid = ${jobid ?? "…"};`;
}

/** Changes nothing, but makes pg_cron read its jobs again: on a busy machine it may have missed a new one. */
export function seen(job: string): string {
  return `select cron.alter_job(jobid, active := true) from cron.job where jobname = ${literal(job)} and active;`;
}

export function restore(job: string | null | undefined): string {
  return `select analytics.restore_job(${literal(job ?? "")});`;
}

export function adopt(job: string | null | undefined): string {
  return `select analytics.adopt_job(${literal(job ?? "")});`;
}

export function unschedule(jobid: number | null | undefined): string {
  return `select cron.unschedule(${jobid ?? "…"});`;
}

/**
 * Unschedules duplicates of the same owner. A job of another owner is a different job to pg_cron, and only its owner can end it:
 * it is shown, and named in a comment. The doctor offers the same.
 */
export function unscheduleDuplicates(
  duplicates: readonly { readonly jobid: number }[],
  foreign: readonly { readonly jobid: number | null | undefined; readonly owner: string }[],
): string {
  return lines(
    ...duplicates.map(({ jobid }) => unschedule(jobid)),
    ...foreign.flatMap(({ jobid, owner }) => [
      look(jobid),
      `-- it is the job of ${owner.replace(/\s+/g, " ")}; when it is not wanted, that role runs: ${unschedule(jobid)}`,
    ]),
  );
}

/** A role can unschedule only its own jobs, so the role has to exist again while that is done. */
export function adoptOrphans(owner: string, jobids: readonly number[]): string {
  const role = identifier(owner);
  return lines(
    `create role ${role} nologin; grant ${role} to current_user; grant usage on schema cron to ${role};`,
    `set role ${role};`,
    ...jobids.map(unschedule),
    `reset role; revoke usage on schema cron from ${role}; drop role ${role};`,
  );
}

/** In another schema than analytics, the subject begins with the schema. */
export function defaultPartition(subject: string): string {
  const [, name] = /^public\.(.+)$/s.exec(subject) ?? [];
  return name === undefined ? `analytics.${identifier(subject)}` : `public.${identifier(name)}`;
}

export function refresh(view: string): string {
  return `select * from analytics.manual_refresh(${literal(view)});`;
}
