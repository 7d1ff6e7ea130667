import postgres from "postgres";
import { createAuditDatabase } from "../../../shared/adapters/supabase/audit_database.ts";
import { createSentrySender } from "../../../shared/adapters/sentry/sender.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { auditOnce } from "../../../shared/audit/passes.ts";
import type { AuditPass } from "../../../shared/audit/pass.ts";
import { type AuditSummary, runAudit } from "../../../shared/audit/run.ts";
import { AS_THE_PLATFORM, clearAudit } from "./audit_stage.ts";
import { directRpc } from "./direct_rpc.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../fakes/envelope_sink.ts";
import { testDatabaseUrl } from "./test_database.ts";

/**
 * The real pg_cron's tables in a transaction that is never committed, so its scheduler runs nothing that a test adds.
 */
export interface UndoneWorld {
  /** The superuser's transaction. */
  readonly sql: postgres.TransactionSql;
  readonly sink: EnvelopeSink;
  /** Runs the audit like the function, with the platform's statement timeout. */
  audit(): Promise<AuditSummary>;
  /** Runs the pass alone, with the current calendar. */
  pass(): Promise<AuditPass | null>;
  /** Plants a declared job and its runs. */
  plant(job: string, statuses: readonly string[]): Promise<void>;
  /** Fingerprints of open incidents. */
  open(): Promise<readonly string[]>;
}

const undone = new Error("undone");

export async function inUndoneWorld(body: (world: UndoneWorld) => Promise<void>): Promise<void> {
  const connection = { ...AS_THE_PLATFORM };
  const sql = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {}, connection });
  const sink = await startEnvelopeSink();
  const sender = createSentrySender({ dsn: sink.dsn, environment: "test", release: null, timeout_ms: 2_000 });
  try {
    await sql.begin(async (transaction) => {
      const database = createAuditDatabase(directRpc(transaction));
      await clearAudit(transaction);
      await body({
        sql: transaction,
        sink,
        audit: () =>
          runAudit({
            database,
            sender,
            issues: null,
            clock: systemClock,
            send_for_ms: 60_000,
            runbook_url: "docs/runbook",
          }),
        pass: () => auditOnce(database, false),
        async plant(job, statuses) {
          await transaction`set local role postgres`;
          await transaction`select analytics.register_job(${job}, '0 0 1 1 *', 'select 1')`;
          await transaction`reset role`;
          await transaction`
            insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
            select j.jobid, s.status, 'ERROR:  planted', now(), now()
            from cron.job as j, unnest(${[
            ...statuses,
          ]}::text[]) with ordinality as s (status, n) where j.jobname = ${job} order by s.n`;
        },
        async open() {
          const rows =
            await transaction`select fingerprint from analytics.incidents where closed_at is null order by 1`;
          return rows.map((row) => String(row["fingerprint"]));
        },
      });
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  } finally {
    await Promise.all([sql.end({ timeout: 5 }), sink.stop()]);
  }
}
