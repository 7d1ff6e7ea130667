import type { AlertKind, Repairs } from "./evidence.ts";
import type { AlertPayload } from "./pass.ts";
import {
  adopt,
  adoptOrphans,
  calls,
  defaultPartition,
  durations,
  look,
  refresh,
  restore,
  seen,
  unschedule,
  unscheduleDuplicates,
} from "./repair_statements.ts";
import { declareAsItIs, UNSEEN_REPAIRS } from "./repair_unseen.ts";
import { identifier, lines, literal } from "./sql_text.ts";

/** What to run first, for each kind of finding; the runbook page of the kind says the rest. */
const REPAIRS: Repairs<AlertKind> = {
  ...UNSEEN_REPAIRS,
  claims_differ: () =>
    "select org_id_path, org_role_path, is_admin_path, of_functions, noted_at from freshet.claim_paths; -- what the database reads, and the functions",
  replica_lost: () =>
    "select looked_at, answered_at, fault, fault_count, lag_ms from analytics.read_address; -- what was found there",
  source_unwatched: ({ view }) =>
    lines(
      `select s.source, t.tgname, t.tgenabled from analytics.view_sources as s left join pg_trigger as t on t.tgrelid = s.source and t.tgname like 'freshet%' where s.view_name = ${
        literal(view ?? "")
      };`,
      "select freshet.watch_sources(); -- as the queue's jobs do each minute; writes before it count as a change of everything",
    ),
  unexplained_rows: ({ view }) =>
    lines(
      `select m.source, t.tgname, t.tgenabled from analytics.view_mappings as m left join pg_trigger as t on t.tgrelid = m.source and t.tgname like 'freshet_log%' where m.view_name = ${
        literal(view ?? "")
      } group by 1, 2, 3;`,
      `-- once the cause is gone: update analytics.incremental_views set rebuilt_at = null where view_name = ${
        literal(view ?? "")
      };`,
      `-- select outcome from analytics.refresh_view(${literal(view ?? "")}, 'manual');`,
    ),
  groups_slow: ({ view, repair_hint }) =>
    lines(
      `select rebuild_ms, group_ms, slow_run_count from analytics.incremental_views where view_name = ${
        literal(view ?? "")
      };`,
      repair_hint == null
        ? "-- each source has its index: register the view with incremental => false"
        : `-- then, while nothing else writes to the source, or, unless it is partitioned, with "create index concurrently":\n${
          repair_hint.replace(/^/gm, "-- ")
        }`,
    ),
  listener_silent: () =>
    lines(
      "select instance, started_at, last_heard_at from analytics.listeners;",
      "-- if it is stopped for good: select analytics.retire_listener();",
    ),
  blind: ({ subject }) =>
    lines(
      `select jobid, schedule, active, username from cron.job where jobname = ${literal(subject)};`,
      `select rolname, rolbypassrls from pg_roles where rolname in ('postgres', current_user);`,
      `show cron.log_run;`,
    ),
  audit_failed: () =>
    lines(
      `select failed_count, failed_at, failure, batch_size, last_audit_at from analytics.audit_state;`,
      `select analytics.audit_pass(dry_run => true); -- fails here as it does there, and says where`,
    ),
  answer_failed: ({ subject }) =>
    lines(
      `select resource, last_failed_at, failure_count, request_id, defect, last_answered_at from analytics.failed_answers where resource = ${
        literal(subject)
      };`,
      `-- the line of that request_id in the log of the function has the whole defect; what views left out:`,
      `select view_name, rejected_count, rejects from analytics.views where rejected_count > 0;`,
    ),
  bundled_refreshes: ({ job }) =>
    `select jobid, schedule, command from cron.job where jobname = ${literal(job ?? "")};`,
  default_partition_used: ({ subject, repair_hint }) =>
    lines(
      `select * from ${defaultPartition(subject)} limit 20;`,
      repair_hint == null
        ? `-- then create the missing partitions of its table and move these rows into them`
        : `-- then create the missing partitions, which moves these rows into them:\n${
          repair_hint.replace(/^/gm, "-- ")
        }`,
    ),
  detached: ({ pid }) =>
    lines(
      `select pid, state, xact_start, query from pg_stat_activity where pid = ${pid ?? "…"};`,
      `select pg_cancel_backend(${pid ?? "…"}); -- then, if it goes on: select pg_terminate_backend(${pid ?? "…"});`,
    ),
  detector_failed: ({ subject }) =>
    lines(
      `select detector, call, was_skipped, out_of_time_at from analytics.audit_detectors where detector = ${
        literal(subject)
      };`,
      `-- what it says in full: begin; select <call>; rollback;`,
    ),
  duplicated: ({ duplicates, foreign_duplicates }) => unscheduleDuplicates(duplicates ?? [], foreign_duplicates ?? []),
  edited: ({ job, jobid }) => lines(look(jobid), restore(job), `-- or, when it is wanted as it is: ${adopt(job)}`),
  failed: ({ runid, job }) =>
    lines(
      `select runid, status, return_message, start_time, end_time from cron.job_run_details where runid = ${
        runid ?? "…"
      };`,
      job?.startsWith("refresh-")
        ? refresh(job.slice("refresh-".length))
        : `select jobid, schedule, username, command from cron.job where jobname = ${
          literal(job ?? "")
        }; -- once mended, its next runs close this`,
    ),
  // The repair of the kind that comes and goes is added below.
  flapping: ({ subject }) =>
    `select kind, opened_at, closed_at, evidence ->> 'message' as message from analytics.incidents where subject = ${
      literal(subject)
    } order by incident_id desc limit 10;`,
  history_lost: () => `select epoch, low_runid, last_audit_at from analytics.audit_state;`,
  history_bloat: () =>
    lines(
      `select freshet.purge_history(); -- again, until it deletes nothing`,
      `vacuum analyze cron.job_run_details;`,
    ),
  history_off: () =>
    lines(
      `select name, setting, source from pg_settings where name = 'cron.log_run';`,
      `-- set it on, then restart the server`,
    ),
  http_failed: ({ job, failure_class }) => lines(calls(job), failure_class === "config" ? SECRETS : null),
  inactive: ({ job, jobid }) => lines(look(jobid), restore(job)),
  infrastructure: () =>
    lines(
      `select count(*), current_setting('max_connections') as most from pg_stat_activity;`,
      `select jobname, nodename, nodeport, database, username from cron.job order by jobname;`,
      `select name, setting from pg_settings where name like 'cron.%' or name = 'max_worker_processes';`,
    ),
  lock_wait: ({ pid }) =>
    lines(
      `select pid, state, xact_start, wait_event_type, pg_blocking_pids(pid), query from pg_stat_activity where pid = ${
        pid ?? "…"
      };`,
      `select pg_cancel_backend(${pid ?? "…"}); -- the one that holds the lock`,
      `-- a session that is idle keeps an advisory lock until it ends: select pg_terminate_backend(${pid ?? "…"});`,
    ),
  missed: ({ job }) =>
    lines(
      `select job_name, schedule, last_run_at, due_slot_at, next_slot_at, missed_slot_at from analytics.job_slots where ${
        job == null ? "missed_slot_at is not null" : `job_name = ${literal(job)}`
      };`,
      `select pid, backend_start from pg_stat_activity where application_name = 'pg_cron scheduler';`,
      job == null ? null : seen(job),
      job?.startsWith("refresh-") ? refresh(job.slice("refresh-".length)) : null,
    ),
  missing: ({ job }) => restore(job),
  near_timeout: ({ job }) => lines(durations(job), `-- a longer statement_timeout in its command, or a cheaper view`),
  net_open: ({ subject }) =>
    lines(
      `select pid, application_name, state, query from pg_stat_activity where usename = ${literal(subject)};`,
      `-- when it need not log in: alter role ${identifier(subject)} nologin;`,
    ),
  net_tampered: ({ subject }) =>
    lines(
      `select t.tgname, t.tgfoid::regprocedure, pg_get_userbyid(p.proowner) as owner from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid`,
      `where t.tgrelid = to_regclass(${literal(subject)}) and not t.tgisinternal;`,
      `-- drop trigger … on ${subject}; where you do not own that table: drop extension pg_net; create extension pg_net with schema extensions;`,
    ),
  net_worker_gone: () =>
    lines(
      `select pid, backend_start, state, wait_event from pg_stat_activity where backend_type like 'pg_net%';`,
      `select count(*), min(id) from net.http_request_queue;`,
      `select net.worker_restart();`,
    ),
  never_fires: ({ jobid }) => lines(look(jobid), `-- register the job again, with a schedule that fires`),
  not_refreshable: ({ view }) =>
    lines(
      `select indexrelid::regclass, indisunique, indisvalid, indpred is not null as is_partial from pg_index where indrelid = ${
        literal(`analytics.${view ?? "…"}`)
      }::regclass;`,
      `-- create unique index on analytics.${view ?? "…"} (the columns of its grain);`,
    ),
  not_refreshed: ({ view, job }) =>
    lines(
      `select command from cron.job where jobname = ${literal(job ?? "")};`,
      `select outcome, started_at, version, message from analytics.refresh_log where view_name = ${
        literal(view ?? "")
      } order by id desc limit 10;`,
      refresh(view ?? ""),
    ),
  orphan_owner: ({ owner, jobids }) => adoptOrphans(owner ?? "", jobids ?? []),
  pile_up: ({ job }) => lines(durations(job), `-- a longer schedule, or less work in one run`),
  renamed: ({ job, jobid, renamed_to }) =>
    lines(
      look(jobid),
      `${unschedule(jobid)} ${restore(job)}`,
      `-- or, when the new name is wanted: ${adopt(renamed_to)} select freshet.withdraw_job(${literal(job ?? "")});`,
    ),
  restarted: () => `select pg_postmaster_start_time(); -- the next run of each job closes it`,
  row_collapse: ({ view }) =>
    lines(
      `select started_at, outcome, rows_before, rows_after from analytics.refresh_log where view_name = ${
        literal(view ?? "")
      } order by id desc limit 10;`,
      `-- when it is as it should be: select analytics.accept_row_count(${literal(view ?? "")});`,
    ),
  scheduler_gone: () =>
    lines(
      `select j.jobid, j.jobname, j.username from cron.job as j where not exists (select from pg_roles as r where r.rolname = j.username);`,
      `select name, setting, source from pg_settings where name = 'default_transaction_read_only';`,
      `-- on: docs/runbook/read_only.md, a restart changes nothing. No such job, and off: restart the database, which starts the scheduler`,
    ),
  secret_missing: ({ subject }) =>
    lines(
      SECRETS,
      subject === "freshet_call_secret" ? `select analytics.rotate_call_secret();` : lines(
        `-- with the address of your project; the first where it is there and wrong, the second where it is not there`,
        `select vault.update_secret(id, 'https://<ref>.supabase.co') from vault.secrets where name = ${
          literal(subject)
        };`,
        `select vault.create_secret('https://<ref>.supabase.co', ${literal(subject)})`,
        `where not exists (select from vault.secrets where name = ${literal(subject)});`,
      ),
    ),
  source_stopped: ({ view }) =>
    `select view_name, source_at_table, source_at_column, source_as_of, verified_at from analytics.views where view_name = ${
      literal(view ?? "")
    };`,
  slow_read: ({ subject }) =>
    lines(
      `select resource, last_slow_at, slow_count, read_ms, request_id from analytics.slow_reads where resource = ${
        literal(subject)
      };`,
      `-- what runs now, and what it waits for:`,
      `select pid, wait_event_type, wait_event, now() - query_start as runs_for, left(query, 80) as query from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() order by query_start;`,
    ),
  slow_statement: ({ subject }) =>
    lines(
      `select last_slow_at, round(last_slow_ms) as last_slow_ms, calls_count from analytics.slow_statements where queryid = ${
        literal(subject)
      };`,
      `-- its text: select query from extensions.pg_stat_statements where queryid = ${subject};`,
    ),
  stale: ({ view, job }) =>
    lines(
      `select jobid, schedule, active, username from cron.job where jobname = ${literal(job ?? "")};`,
      refresh(view ?? ""),
    ),
  storm: ({ subject, incident_id }) =>
    lines(
      `select kind, subject, opened_at, closed_at from analytics.incidents where cause_id = ${incident_id} order by incident_id;`,
      subject === "first audit" ? `select * from analytics.adopt_all_jobs();` : null,
    ),
  stuck: ({ pid }) =>
    lines(
      `select pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), xact_start, query from pg_stat_activity where pid = ${
        pid ?? "…"
      };`,
      `select pg_cancel_backend(${pid ?? "…"});`,
    ),
  timed_out: ({ job }) =>
    lines(
      `select freshet.time_limit_of_job(${literal(job ?? "")});`,
      durations(job),
      job?.startsWith("refresh-") ? refresh(job.slice("refresh-".length)) : null,
    ),
  too_fast: ({ job }) => durations(job),
  undeclared: ({ job, jobid, owner }) =>
    // The name belongs to another owner's job, which is declared.
    owner != null && job?.endsWith(` of ${owner}`) === true
      ? unscheduleDuplicates([], [{ jobid, owner }])
      : lines(look(jobid), adopt(job), `-- or: ${unschedule(jobid)}`),
  unknown_outcome: ({ job }) => lines(calls(job), `select count(*), min(id) from net.http_request_queue;`),
  unpopulated: ({ view }) => refresh(view ?? ""),
  unset_timeout: ({ job }) =>
    lines(
      `select jobid, schedule, command from cron.job where jobname = ${literal(job ?? "")};`,
      `select cron.alter_job(jobid, command := 'set statement_timeout = ''10min''; set lock_timeout = ''5s''; ' || command)`,
      `from cron.job where jobname = ${literal(job ?? "")} and username = current_user;`,
      declareAsItIs(job),
    ),
  wrong_host: ({ job, jobid }) =>
    lines(
      look(jobid),
      `select decrypted_secret from vault.decrypted_secrets where name = 'project_url'; -- right? then, in a copy of that project:`,
      // Otherwise the next pass reports it as missing, and the repair of that would bring it back.
      `${unschedule(jobid)} select freshet.withdraw_job(${literal(job ?? "")});`,
    ),
  zombie: ({ runid }) =>
    `update cron.job_run_details set status = 'failed', return_message = 'lost', end_time = now() where runid = ${
      runid ?? "…"
    } and status not in ('succeeded', 'failed');`,
};

/** Shows no value, only whether it exists and whether it was pasted with a line end. */
const SECRETS = `select name, length(decrypted_secret), decrypted_secret ~ '\\s' as has_white_space, updated_at
from vault.decrypted_secrets where name in ('project_url', 'freshet_call_secret');`;

/** SQL that a person can paste to examine, and where possible repair, the trouble of an alert; null for an unknown kind. */
export function repairSql(payload: AlertPayload): string | null {
  const repair = repairOfKind(payload.kind, payload);
  if (repair === null || payload.of_kind == null) return repair;
  return lines(repair, repairOfKind(payload.of_kind, payload));
}

function repairOfKind(kind: string, payload: AlertPayload): string | null {
  const repairs: Readonly<Record<string, (payload: AlertPayload) => string>> = REPAIRS;
  return repairs[kind]?.(payload) ?? null;
}
