// Runs as background workers, which hosted projects may have: pg_cron then writes "succeeded" after each statement of a
// command, and "failed" when a later one fails. And, in the same minute, a lock that somebody holds on a view.
import assert from "node:assert/strict";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";
import { pause } from "../../stack/pause.ts";

Deno.test("A background worker's run is taken when its process has ended, and a lock on a view is told", async () => {
  // Eight, the default, are too few in a minute in which many of Freshet's own jobs are due.
  const cluster = await startCronCluster({ "cron.use_background_workers": "on", "max_worker_processes": "40" });
  try {
    await cluster.owner().unsafe(`
      create table public.locked_source (id integer primary key);
      create materialized view analytics.mv_locked as select id from public.locked_source with no data;
      create unique index mv_locked_key on analytics.mv_locked (id);
      select analytics.register_view('mv_locked', 'probe', '0 0 1 1 *', '5 minutes');
      select analytics.refresh_view(view_name) from freshet.refresh_order() order by depth;
    `).simple();
    await scheduledAlone(cluster, "set statement_timeout = '50s'; select pg_sleep(10); select 1/0");
    await cluster.audit();
    const { release } = await lockView(cluster);

    await runSays(cluster, "succeeded");
    await cluster.audit();
    const [open] = await cluster
      .owner()`select job_name, status from analytics.open_runs where job_name = 'two-statements'`;
    assert.deepEqual({ ...open }, { job_name: "two-statements", status: "succeeded" });

    assert.equal(
      await isOpen(cluster, "failed:two-statements"),
      false,
      "its first statement has succeeded, and it works on",
    );

    await runSays(cluster, "failed");
    await cluster.audit();
    assert.equal(await isOpen(cluster, "failed:two-statements"), true);

    await waitedFor(cluster, 31);
    await cluster.audit();
    assert.equal(await isOpen(cluster, "lock_wait:mv_locked"), true);
    const [told] = await cluster
      .owner()`select evidence ->> 'message' as message from analytics.incidents where kind = 'lock_wait'`;
    assert.match(String(told?.["message"]), /^process \d+ has waited \d+ seconds for \w+; process \d+ holds the lock$/);

    await release();
    await cluster.audit();
    assert.equal(await isOpen(cluster, "lock_wait:mv_locked"), false);
  } finally {
    await cluster.stop();
  }
});

/**
 * Schedules after what came before has reached pg_cron. A backend that falls too far behind is told to forget all that it
 * knows, not what has changed, and pg_cron takes that for nothing: so a job that is scheduled in the midst of all these
 * refreshes may not be seen on a busy machine.
 */
async function scheduledAlone(cluster: CronCluster, command: string): Promise<void> {
  await pause(2_000);
  await cluster.owner()`select analytics.register_job('two-statements', '* * * * *', ${command})`;
}

/** One session has refreshed the view and does not commit; another one wants to refresh it and waits. */
async function lockView(cluster: CronCluster): Promise<{ release(): Promise<void> }> {
  const [holder, waiter] = [cluster.session(), cluster.session()];
  const pids = await Promise.all([holder, waiter].map((session) => session`select pg_backend_pid()::integer as pid`));
  await holder.unsafe("begin; refresh materialized view concurrently analytics.mv_locked").simple();
  const waiting = waiter.unsafe("refresh materialized view concurrently analytics.mv_locked").simple().catch(() => {});
  return {
    async release() {
      for (const [row] of pids) await cluster.admin()`select pg_terminate_backend(${Number(row?.["pid"])})`;
      await waiting;
      await Promise.all([holder.end({ timeout: 1 }), waiter.end({ timeout: 1 })]);
    },
  };
}

async function waitedFor(cluster: CronCluster, seconds: number): Promise<void> {
  await eventually(
    cluster,
    `
    select 1 from pg_locks where relation = 'analytics.mv_locked'::regclass and not granted
      and waitstart < clock_timestamp() - interval '${seconds} seconds'`,
  );
}

async function runSays(cluster: CronCluster, status: string): Promise<void> {
  await eventually(
    cluster,
    `
    select 1 from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid
    where j.jobname = 'two-statements' and d.status = '${status}'`,
  );
}

async function eventually(cluster: CronCluster, query: string): Promise<void> {
  const patience = Date.now() + 150_000;
  while (Date.now() < patience) {
    if ((await cluster.admin().unsafe(query)).length > 0) return;
    await pause(200);
  }
  const runs = await cluster.admin()`
    select j.jobname, d.status, d.return_message, d.start_time::text, d.end_time::text
    from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid order by d.runid desc limit 20`;
  const processes = await cluster.admin()`
    select backend_type, application_name, state, wait_event_type, wait_event, left(query, 80) as query, pg_blocking_pids(pid) as blocked_by, pid
    from pg_stat_activity where backend_type ~ 'cron' or application_name ~ 'cron' or wait_event_type = 'Lock'`;
  throw new Error(
    `Nothing within 150 s: ${query}\nThe last runs: ${JSON.stringify(runs)}\nThe scheduler: ${
      JSON.stringify(processes)
    }`,
  );
}

async function isOpen(cluster: CronCluster, fingerprint: string): Promise<boolean> {
  const rows = await cluster.owner()`
    select 1 from analytics.incidents where fingerprint = ${fingerprint} and closed_at is null`;
  return rows.length > 0;
}
