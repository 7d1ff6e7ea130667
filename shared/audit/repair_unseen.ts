import type { Repairs } from "./evidence.ts";
import { identifier, lines, literal } from "./sql_text.ts";

type UnseenKind =
  | "http_untracked"
  | "locking_refresh"
  | "read_only"
  | "refresh_denied"
  | "timezone_ignored"
  | "unrefreshed";

/**
 * What to run first for trouble that no row of the run history shows: calls past the ledger, views without a job, a server
 * that refuses writes.
 */
export const UNSEEN_REPAIRS: Repairs<UnseenKind> = {
  http_untracked: ({ jobs }) =>
    lines(
      `select id, created, status_code, timed_out, error_msg from net._http_response`,
      `where coalesce(status_code, 0) not between 200 and 299 order by id desc limit 20;`,
      ...(jobs == null || jobs.length === 0 ? [TRIGGERS] : [keepInLedger(jobs)]),
    ),
  locking_refresh: ({ job, jobid }) =>
    lines(
      look(jobid),
      `select cron.alter_job(jobid, command := regexp_replace(command, '(refresh\\s+materialized\\s+view)\\s+(?!concurrently)', '\\1 concurrently ', 'gi'))`,
      `from cron.job where jobid = ${jobid ?? "…"}; -- where a function refreshes it, change that`,
      declareAsItIs(job),
    ),
  read_only: ({ subject, owner }) =>
    lines(
      `select name, setting, source from pg_settings where name = 'default_transaction_read_only';`,
      `select coalesce(r.rolname, 'every role') as role, coalesce(d.datname, 'every database') as database, s.setconfig`,
      `from pg_db_role_setting as s left join pg_roles as r on r.oid = s.setrole left join pg_database as d on d.oid = s.setdatabase`,
      `where s.setconfig::text like '%default_transaction_read_only%';`,
      subject === "server"
        ? `-- a restart changes nothing. The platform sets it when the disk is full: make room (docs/runbook/read_only.md), and it takes it back`
        : owner == null
        ? `alter database ${identifier(subject.replace(/^database /, ""))} reset default_transaction_read_only;`
        : `alter role ${
          identifier(owner)
        } reset default_transaction_read_only; -- or schedule what writes as another role`,
    ),
  refresh_denied: ({ view, owner, jobid }) =>
    lines(
      look(jobid),
      `select matviewname, matviewowner from pg_matviews where schemaname || '.' || matviewname = ${
        literal(view ?? "")
      };`,
      `-- as its owner: set role ${identifier(owner ?? "…")}; then cron.schedule(…) and cron.unschedule(${
        jobid ?? "…"
      }); or grant ${identifier(owner ?? "…")} to the role of the job`,
    ),
  timezone_ignored: () =>
    lines(
      `select extversion from pg_extension where extname = 'pg_cron'; -- 1.5 and later know cron.timezone`,
      `select jobid, jobname, schedule from cron.job order by jobname; -- write these in GMT, or upgrade pg_cron`,
    ),
  unrefreshed: ({ views }) =>
    lines(
      // Not refresh-<view>: that is the job of a view that Freshet registered, and scheduling by that name would replace it.
      `select cron.schedule(left('refresh ' || n.nspname || '.' || c.relname, 63), '*/30 * * * *', format(`,
      `    'set statement_timeout = ''10min''; set lock_timeout = ''5s''; refresh materialized view %s%I.%I',`,
      `    -- Readers go on where a unique index allows it.`,
      `    case when c.relispopulated and exists (`,
      `        select from pg_index as i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate`,
      `            and i.indpred is null and not (0 = any (i.indkey::int2[]))`,
      `    ) then 'concurrently ' else '' end, n.nspname, c.relname`,
      `)) from pg_class as c join pg_namespace as n on n.oid = c.relnamespace`,
      `where c.relkind = 'm' and n.nspname || '.' || c.relname in (${(views ?? []).map(literal).join(", ") || "'…'"});`,
      // One line: the doctor leaves out whole lines that use functions which a database without Freshet lacks.
      `select analytics.adopt_job(jobname::text) from cron.job where jobname in (${
        (views ?? []).map((view) => literal(`refresh ${view}`.slice(0, 63))).join(", ") || "'…'"
      }); -- they are meant`,
      `-- or, for those that may stay as they are:`,
      ...(views ?? ["…"]).slice(0, 20).map((view) =>
        `-- insert into analytics.unwatched_views (view_name, reason) values (${literal(view)}, '…');`
      ),
    ),
};

/** The triggers that call pg_net without a job. */
const TRIGGERS =
  `select tgrelid::regclass, tgname, tgfoid::regprocedure from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid
where not t.tgisinternal and (p.prosrc ~* '\\mnet\\.http_' or p.pronamespace = to_regnamespace('supabase_functions'));`;

/** Makes the same calls through the ledger from now on; a declared job is declared with its new command. */
export function keepInLedger(jobs: readonly string[]): string {
  const names = jobs.map(literal).join(", ");
  return lines(
    `-- in a function that the job calls, change that by hand:`,
    `select cron.alter_job(jobid, command := regexp_replace(command, '\\mnet"?\\s*\\.\\s*"?http_(post|get)"?\\s*\\(', 'analytics.http_\\1(', 'gi'))`,
    `from freshet.known_cron_jobs() where job_name in (${names});`,
    `update analytics.scheduled_jobs as d set command = j.command, command_fingerprint = freshet.command_fingerprint(j.command)`,
    `from freshet.known_cron_jobs() as j where j.job_name = d.job_name and j.job_name in (${names});`,
  );
}

/**
 * Declares a job's command as it is now, and changes nothing else: otherwise a repair that changes the command would be reported
 * as an edit. One line, because the doctor leaves out whole lines.
 */
export function declareAsItIs(job: string | null | undefined): string {
  return `update analytics.scheduled_jobs as d set command = j.command, command_fingerprint = freshet.command_fingerprint(j.command) ` +
    `from cron.job as j where j.jobname = d.job_name and j.username = d.owner and d.job_name = ${literal(job ?? "")};`;
}

function look(jobid: number | null | undefined): string {
  return `select jobid, jobname, schedule, active, username, database from cron.job where jobid = ${jobid ?? "…"};`;
}
