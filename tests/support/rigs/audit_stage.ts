import postgres from "postgres";
import { createAuditDatabase } from "../../../shared/adapters/supabase/audit_database.ts";
import { createSentryIssues } from "../../../shared/adapters/sentry/issues.ts";
import { createSentrySender } from "../../../shared/adapters/sentry/sender.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import type { AuditDatabase } from "../../../shared/audit/ports.ts";
import { type AuditSummary, runAudit } from "../../../shared/audit/run.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import { directRpc } from "./direct_rpc.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../fakes/envelope_sink.ts";
import { testDatabaseUrl } from "./test_database.ts";

/** A run as pg_cron writes it. */
export interface PlantedRun {
  readonly status: string;
  readonly message?: string;
}

/** A database whose own jobs are paused, an empty audit, and a scripted receiver. */
export interface AuditStage {
  /** A connection of the superuser. */
  readonly sql: postgres.Sql;
  readonly sink: EnvelopeSink;
  /** Schedules a job that never runs by itself. */
  schedule(job: string): Promise<void>;
  /** Unschedules a job and removes its declaration. */
  unschedule(job: string): Promise<void>;
  plant(job: string, run: PlantedRun): Promise<number>;
  audit(changes?: AuditChanges): Promise<AuditSummary>;
  /** Makes deferred, held and leased rows due, as time would. */
  passTime(): Promise<void>;
}

export interface AuditChanges {
  readonly dsn?: string | null;
  readonly timeout_ms?: number;
  /** Milliseconds from the start of the pass until which sending may begin. */
  readonly send_for_ms?: number;
  /** The function's clock, if not the machine's. */
  readonly clock?: Clock;
  /** Token of the receiver's API; without one no issue is closed. */
  readonly token?: string;
  /** Wraps the database, to make it fail in the middle of a pass. */
  readonly database?: (database: AuditDatabase) => AuditDatabase;
}

/** Prepares the stage, runs the body and leaves the database as it was. */
export async function onAuditStage(body: (stage: AuditStage) => Promise<void>): Promise<void> {
  const sql = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
  const sink = await startEnvelopeSink();
  const scheduled = new Set<string>();
  const gone: number[] = [];
  const active = await sql`select jobid from cron.job where active`;
  await sql`update cron.job set active = false`;
  await sql`update analytics.scheduled_jobs set paused_until = now() + interval '1 day'`;
  await clearAudit(sql);
  async function unschedule(job: string): Promise<void> {
    // Keeps the job's history: deleting it would be a finding.
    const [row] = await sql`delete from cron.job where jobname = ${job} returning jobid`;
    gone.push(Number(row?.["jobid"]));
    await sql`select freshet.withdraw_job(${job})`;
    scheduled.delete(job);
  }

  try {
    await body({
      sql,
      sink,
      async schedule(job) {
        scheduled.add(job);
        await sql`set role postgres`;
        await sql`select analytics.register_job(${job}, '0 0 1 1 *', 'select 1')`;
        await sql`reset role`;
      },
      unschedule,
      async plant(job, { status, message }) {
        const [row] = await sql`
          insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
          select jobid, ${status}, ${message ?? null}, now(), now() from cron.job where jobname = ${job}
          returning runid::integer`;
        return Number(row?.["runid"]);
      },
      audit: (changes = {}) => audit(sink, changes),
      async passTime() {
        await sql`update analytics.outbox set not_before = now(), lease_until = null where state = 'pending'`;
        await sql`truncate analytics.check_ins_asked`;
        await sql`update analytics.outbox set resolve_not_before = now(), resolve_lease_until = null where resolved_at is null`;
        await sql`update analytics.alert_channels set events_not_before = '-infinity', check_ins_not_before = '-infinity'`;
      },
    });
  } finally {
    await sql`reset role`;
    for (const job of scheduled) await unschedule(job);
    await sql`delete from cron.job_run_details where jobid = any (${gone})`;
    await sql`update analytics.scheduled_jobs set paused_until = null`;
    await clearAudit(sql);
    await sql`update cron.job set active = true where jobid = any (${active.map((row) => Number(row["jobid"]))})`;
    await Promise.all([sql.end({ timeout: 5 }), sink.stop()]);
  }
}

/** Connection settings like those of the function: the statement_timeout of role authenticator, in milliseconds. */
export const AS_THE_PLATFORM = {
  statement_timeout: 8_000,
  // The data API starts each call with this, whatever the database's default.
  options: "-c default_transaction_read_only=off",
};

async function audit(sink: EnvelopeSink, changes: AuditChanges): Promise<AuditSummary> {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {}, connection: AS_THE_PLATFORM });
  const dsn = changes.dsn === undefined ? sink.dsn : changes.dsn;
  const database = createAuditDatabase(directRpc(sql));
  try {
    return await runAudit({
      database: changes.database === undefined ? database : changes.database(database),
      sender: dsn === null
        ? null
        : createSentrySender({ dsn, environment: "test", release: null, timeout_ms: changes.timeout_ms ?? 2_000 }),
      issues: changes.token === undefined ? null : createSentryIssues({
        ...{
          url: sink.apiUrl,
          organization: "freshet",
          project: "1",
          token: changes.token,
          timeout_ms: changes.timeout_ms ?? 2_000,
        },
      }),
      clock: changes.clock ?? systemClock,
      send_for_ms: changes.send_for_ms ?? 60_000,
      runbook_url: "docs/runbook",
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export async function clearAudit(sql: postgres.Sql | postgres.TransactionSql): Promise<void> {
  await sql`truncate analytics.outbox, analytics.incidents, analytics.findings, analytics.open_runs, analytics.known_jobs,
      freshet.detector_arrears, analytics.job_slots, analytics.http_calls, analytics.job_pace, analytics.struck_jobs, analytics.view_watch, net._http_response,
      analytics.check_ins_asked`;
  await sql`
    update analytics.audit_state
    set low_runid = (select coalesce(max(runid), 0) from cron.job_run_details), canary_seen_at = now(), last_runid_seen = null,
        last_audit_at = null, scheduler_resumed_at = null, last_outcome = null, last_reasons = '[]', batch_size = 10000,
      failed_count = 0, failed_at = null, failure = null`;
  await sql`
    update analytics.alert_channels
    set state = 'untried', detail = null, checked_at = null, resolving_at = null,
        events_not_before = '-infinity', check_ins_not_before = '-infinity'`;
  await refreshOldViews(sql);
}

/** The stage rests the jobs, so the views of a database that is tested for an hour would be incidents of their own. */
async function refreshOldViews(sql: postgres.Sql | postgres.TransactionSql): Promise<void> {
  const old = sql`now() - interval '10 minutes'`;
  await sql`
    select analytics.refresh_view(v.view_name, 'manual')
    from analytics.views as v
    where v.registered_at < ${old} and coalesce(v.verified_at, '-infinity') < ${old}
    order by v.view_name`;
}
