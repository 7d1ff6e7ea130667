import postgres from "postgres";
import { switchJobsOff } from "../../stack/jobs_off.ts";
import { createAuditDatabase } from "../../shared/adapters/supabase/audit_database.ts";
import { computeCalendar } from "../../shared/audit/calendar/calendar.ts";
import { directRpc } from "../../tests/support/rigs/direct_rpc.ts";
import { makeTestDatabase } from "../../tools/test/test_database.ts";

/**
 * A database of its own with a number of rows of history, and the steps to measure on it; each returns its
 * milliseconds.
 */
export interface Stage {
  readonly rows: number;
  /** New runs arrive, as they do between two passes. Not measured. */
  arrive(count: number): Promise<void>;
  /** The function's two calls of the database: the calendar's request, and the pass. */
  pass(): Promise<number>;
  page(): Promise<number>;
  purge(): Promise<number>;
  roundTrip(): Promise<number>;
  stop(): Promise<void>;
}

/** @param jobs number of jobs that share the history and the new runs */
export async function makeStage(rows: number, jobs = 20): Promise<Stage> {
  const database = await makeTestDatabase("installed");
  const superuser = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await plantHistory(superuser, { rows, jobs });
  const audit = createAuditDatabase(directRpc(sql));
  await passOnce();

  async function passOnce(): Promise<number> {
    const began = performance.now();
    const request = await audit.calendar();
    const asked = performance.now();
    const calendar = request === null ? null : computeCalendar(request);
    const computed = performance.now();
    await audit.pass({ dry_run: false, calendar });
    return performance.now() - computed + (asked - began);
  }

  return {
    rows,
    async arrive(count) {
      await superuser`
        insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
        select j.jobid, 'succeeded', '1 row', now() - interval '1 second', now()
        from (select jobid, row_number() over (order by jobid) as n from cron.job where jobname like 'bench-%') as j
        join generate_series(1, ${count}) as r on j.n = r % ${jobs} + 1`;
    },
    pass: passOnce,
    page: () => timed(() => sql`select analytics.list_runs(page_size => 50)`),
    purge: () => timed(() => sql`select freshet.purge_history()`),
    roundTrip: () => timed(() => sql`select 1`),
    async stop() {
      await Promise.all([sql.end({ timeout: 5 }), superuser.end({ timeout: 5 })]);
      await database.stop();
    },
  };
}

async function plantHistory(
  superuser: postgres.Sql,
  { rows, jobs }: { readonly rows: number; readonly jobs: number },
): Promise<void> {
  // Otherwise a job could run in the middle of a measurement.
  await superuser`update cron.job set active = false`;
  await superuser`set role postgres`;
  await superuser`
    select analytics.register_job(job_name => 'bench-' || n, schedule => '* * * * *', command => 'select ' || n)
    from generate_series(1, ${jobs}) as n`;
  await superuser`reset role`;
  await switchJobsOff(superuser);
  // Old enough that the purge deletes a full batch of 200 in each call, on both sides, in every round.
  await superuser`
    insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
    select j.jobid, case when r % 500 = 0 then 'failed' else 'succeeded' end, case when r % 500 = 0 then 'ERROR:  planted' else '1 row' end, t.at, t.at + interval '1 second'
    from generate_series(1, ${rows}) as r
    join (select jobid, row_number() over (order by jobid) as n from cron.job where jobname like 'bench-%') as j on j.n = r % ${jobs} + 1
    cross join lateral (select now() - interval '60 days' * (1 - r / ${rows}::float8) as at) as t
    order by r`;
  await superuser`update analytics.retention set batch_size = 200 where history = 'runs'`;
  await superuser`update analytics.audit_state set low_runid = (select max(runid) from cron.job_run_details)`;
  await superuser`vacuum analyze cron.job_run_details`;
  await superuser`checkpoint`;
}

async function timed(step: () => PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  await step();
  return performance.now() - began;
}
