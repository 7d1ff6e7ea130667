// The queue where pg_cron runs its jobs as background workers: they refuse "begin" and "commit", and heed no limit that a
// command sets, only the one that the role had when the command began. Before 1.5 they run one at a time, so that nothing else
// could cut what hangs: tests/integration/refresh_queue_test.ts has the worker that does.
import assert from "node:assert/strict";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";
import { pause } from "../../stack/pause.ts";

Deno.test("Background workers do what the queue holds, and the limit of their role cuts what hangs", async () => {
  const cluster = await startCronCluster({ "cron.use_background_workers": "on", "max_worker_processes": "40" });
  try {
    await cluster.owner().unsafe(`
      create table public.queue_source (id integer primary key);
      insert into public.queue_source values (1);
      create materialized view analytics.mv_queue_hangs as select id, pg_sleep(600) is null as slept from public.queue_source with no data;
      create unique index mv_queue_hangs_key on analytics.mv_queue_hangs (id);
      select analytics.register_view('mv_queue_hangs', 'hanging', '0 0 1 1 *', '1 hour', statement_timeout => '20 seconds');
      create materialized view analytics.mv_queue_slow as select id, pg_sleep(10) is null as slept from public.queue_source with no data;
      create unique index mv_queue_slow_key on analytics.mv_queue_slow (id);
      select analytics.register_view('mv_queue_slow', 'slow', '0 0 1 1 *', '1 hour');
    `).simple();
    const [job] = await cluster.owner()`select command from cron.job where jobname = 'analytics-refresh-queue-1'`;
    assert.doesNotMatch(String(job?.["command"]), /\bbegin;|statement_timeout/);
    const [hangs, slow] = [await ask(cluster, "mv_queue_hangs"), await ask(cluster, "mv_queue_slow")];

    const done = await finished(cluster, slow);
    assert.equal(done.outcome, "refreshed");
    const cut = await finished(cluster, hangs);
    assert.deepEqual([cut.outcome, cut.sqlstate, cut.attempt_count], ["failed", "57014", 1]);
    assert.ok(cut.seconds >= 20 && cut.seconds < 135, `it was cut after ${cut.seconds} seconds`);
  } finally {
    await cluster.stop();
  }
});

async function ask(cluster: CronCluster, view: string): Promise<number> {
  const [row] = await cluster.owner()`select (analytics.request_refresh(${view}) ->> 'id')::integer as id`;
  return Number(row?.["id"]);
}

interface Outcome {
  readonly outcome: string;
  readonly sqlstate: string | null;
  readonly attempt_count: number;
  readonly seconds: number;
}

async function finished(cluster: CronCluster, id: number): Promise<Outcome> {
  const patience = Date.now() + 240_000;
  while (Date.now() < patience) {
    const [row] = await cluster.owner()<Outcome[]>`
      select outcome, sqlstate, attempt_count, extract(epoch from finished_at - claimed_at)::integer as seconds
      from analytics.refresh_request_views where request_id = ${id} and outcome is not null`;
    if (row !== undefined) return row;
    await pause(500);
  }
  const runs = await cluster.admin()`
    select j.jobname, d.status, d.return_message, d.start_time::text, d.end_time::text
    from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid
    where j.jobname like 'analytics-refresh-queue-%' order by d.runid desc limit 10`;
  throw new Error(`Request ${id} has not finished within 240 s; the last runs: ${JSON.stringify(runs)}`);
}
