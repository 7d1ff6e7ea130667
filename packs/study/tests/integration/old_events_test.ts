// Old months of the log are dropped by the real pg_cron, and a user is erased beside a job and beside tracking.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type postgres from "postgres";
import { pause } from "../../../../stack/pause.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";

const JOB = "drop-old-study-events";

Deno.test("a month that cannot be archived stays and fails the job loudly, and the other old months are dropped", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    const [job] = await sql`select jobid::integer, schedule from cron.job where jobname = ${JOB}`;
    await plantOldMonths(sql);
    try {
      await sql`select cron.alter_job(${job?.["jobid"]}, schedule => '* * * * *')`;
      const run = await endedRun(sql, JOB);
      await sql`select cron.alter_job(${job?.["jobid"]}, schedule => ${job?.["schedule"]})`;
      equal(run.status, "failed");
      match(
        run.return_message,
        /1 of 4 old partitions of public\.study_events were kept: public\.study_events_y2015m02: no archive for it\nHINT: {2}Correct freshet\.archive_study_partition\(\)/,
      );
      const left = await sql`
        select e.tableoid::regclass::text as partition from public.study_events as e where e.user_id = 'old_events_test'`;
      deepEqual(left.map((row) => row["partition"]), ["study_events_y2015m02"]);
      const keys = await sql`select created_at::text from freshet.study_event_keys where user_id = 'old_events_test'`;
      deepEqual(keys.map((row) => String(row["created_at"]).slice(0, 7)), ["2015-02"]);

      // Once it can be archived, the next run drops it and succeeds.
      await sql.unsafe(HOOK);
      await sql`call analytics.drop_old_study_events()`;
      deepEqual([...await sql`select from public.study_events where user_id = 'old_events_test'`], []);
    } finally {
      await sql.unsafe(HOOK);
      await sql`select cron.alter_job(${job?.["jobid"]}, schedule => ${job?.["schedule"]})`;
    }
  }));

/** As the pack defines it: it archives nothing. */
const HOOK = `create or replace function freshet.archive_study_partition(partition regclass) returns void language sql
  set search_path = pg_catalog, pg_temp as 'select null::void'`;

/** Three old months with an event each, the second of which cannot be archived, and an event of a fourth without a partition. */
async function plantOldMonths(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    select analytics.make_study_partitions('2015-01-01', '2015-03-01');
    insert into public.study_events (event_id, user_id, event_type, created_at)
    select md5(t.at::text)::uuid, 'old_events_test', 'topic_view', t.at
    from unnest(array['2015-01-15', '2015-02-15', '2015-03-15', '2014-06-15']::timestamptz[]) as t (at);
    insert into freshet.study_event_keys (user_id, event_id, created_at)
    select e.user_id, e.event_id, e.created_at from public.study_events as e where e.user_id = 'old_events_test';
    create or replace function freshet.archive_study_partition(partition regclass) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
    begin
      if partition = 'public.study_events_y2015m02'::regclass then
        raise exception 'no archive for it';
      end if;
    end $$;`).simple();
}

async function endedRun(sql: postgres.Sql, job: string): Promise<{ status: string; return_message: string }> {
  const patience = Date.now() + 130_000;
  while (Date.now() < patience) {
    const [run] = await sql<{ status: string; return_message: string }[]>`
      select d.status, d.return_message from cron.job_run_details as d join cron.job as j using (jobid)
      where j.jobname = ${job} and d.end_time is not null order by d.runid limit 1`;
    if (run !== undefined) return run;
    await pause(500);
  }
  throw new Error(`${job} has not run within two minutes`);
}

/** Every write of the figures of users holds the lock of the jobs, and every tracking call the user's own. */
for (
  const [who, lock, mode] of [
    ["the transaction of a job", "freshet.study_jobs", ""],
    ["tracking in progress", "freshet.study old_events_test", ""],
  ] as const
) {
  Deno.test(`forget_user() waits for ${who}, and erases what that wrote`, () =>
    withConnections(2, async ([writer, service]) => {
      ok(writer !== undefined && service !== undefined);
      const [{ pid = 0 } = {}] = await service<{ pid: number }[]>`select pg_backend_pid() as pid`;
      let erased: Promise<unknown> = Promise.resolve();
      await writer.begin(async (transaction) => {
        await transaction.unsafe(`select pg_advisory_xact_lock${mode}(hashtextextended($1, 0))`, [lock]);
        erased = service`select public.forget_user('old_events_test')`.execute();
        await untilItWaits(transaction, pid);
        await transaction`
          insert into freshet.days_to_aggregate (user_id, stat_date) values ('old_events_test', '2026-01-01')`;
      });
      await erased;
      deepEqual([...await service`select from freshet.days_to_aggregate where user_id = 'old_events_test'`], []);
    }));
}

async function untilItWaits(sql: postgres.TransactionSql, pid: number): Promise<void> {
  const patience = Date.now() + 30_000;
  while (Date.now() < patience) {
    const rows = await sql`select from pg_locks as l where l.pid = ${pid} and not l.granted`;
    if (rows.length > 0) return;
    await pause(20);
  }
  throw new Error("The erasure has not waited");
}
