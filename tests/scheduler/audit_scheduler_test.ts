// What happens to runs and to the scheduler, made to happen to a real pg_cron in real minutes, three of them. Each step shares
// its minute with the others, and after each of them nothing is open that should not be: the healthy jobs beside it
// stay healthy.
import assert from "node:assert/strict";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";
import { pause } from "../../stack/pause.ts";

Deno.test("What strikes runs and the scheduler is told once, and its recovery closes it", async (t) => {
  const cluster = await startCronCluster();
  try {
    await earlyInAMinute();
    await scheduleJobs(cluster);
    await t.step("a quiet system has nothing to tell", async () => {
      assert.deepEqual(await opened(cluster), []);
      assert.deepEqual(await opened(cluster), []);
    });

    await t.step("refused connections are one incident for both jobs, a timeout is its own", async () => {
      await until(cluster, "slow", `status = 'failed'`);
      await until(cluster, "refused-1", `status = 'failed'`);
      await until(cluster, "refused-2", `status = 'failed'`);
      await until(cluster, "sleeper-1", `status = 'running'`);
      await until(cluster, "long", `status = 'running'`);
      assert.deepEqual(await opened(cluster), ["infrastructure:pg_cron", "timed_out:slow"]);
      assert.deepEqual(await opened(cluster), [], "each is told once");
    });

    await t.step("a run whose job is unscheduled works on, detached (pg_cron#178)", async () => {
      await mendJobs(cluster);
      await cluster.owner()`select cron.unschedule('long'), freshet.withdraw_job('long')`;
      await until(cluster, "long", `return_message = 'job canceled'`);
      assert.deepEqual(await opened(cluster), [], "a moment is no matter");
      await until(cluster, "refused-2", `status = 'succeeded'`);
      await until(cluster, "slow", `status = 'succeeded'`);
      assert.deepEqual(await openedInTime(cluster), ["detached:long"]);
      assert.deepEqual(await open(cluster), ["detached:long"], "the jobs that were mended have recovered");
      const [incident] = await cluster
        .owner()`select evidence -> 'pid' as pid from analytics.incidents where kind = 'detached'`;
      await cluster.owner()`select pg_terminate_backend(${Number(incident?.["pid"])}, 10000)`; // waits until it has gone
      await settled(cluster);
    });

    await t.step("a server that dies in mid-run is one incident for all the runs that it took along", async () => {
      const [sleeper] = await cluster.admin()`
        select d.job_pid from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid
        where j.jobname = 'sleeper-1' and d.status = 'running'`;
      Deno.kill(Number(sleeper?.["job_pid"]), "SIGKILL");
      await cluster.recovered();
      await until(cluster, "sleeper-2", `return_message = 'server restarted'`);
      for (const job of ["sleeper-1", "sleeper-2"]) {
        await cluster.owner()`select analytics.register_job(${job}, '* * * * *', 'select 1')`;
      }
      assert.deepEqual(await opened(cluster), ["restarted:pg_cron"]);
      const [incident] = await cluster
        .owner()`select evidence -> 'jobs' as jobs from analytics.incidents where kind = 'restarted'`;
      assert.deepEqual(incident?.["jobs"], ["sleeper-1", "sleeper-2"]);
      await until(cluster, "sleeper-1", `status = 'succeeded'`);
      await until(cluster, "sleeper-2", `status = 'succeeded'`);
      await settled(cluster);
    });

    await t.step("a scheduler that is gone is told, and speaks for what follows from it", async () => {
      await cluster
        .admin()`select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_cron launcher'`;
      await cluster
        .owner()`update analytics.views set verified_at = now() - interval '1 hour' where view_name = 'mv_quiet'`;
      assert.deepEqual(await opened(cluster), ["scheduler_gone:pg_cron", "stale:mv_quiet"]);
      const told = await cluster
        .owner()`select payload ->> 'fingerprint' as of from analytics.outbox order by created_at desc limit 1`;
      assert.equal(told[0]?.["of"], "scheduler_gone:pg_cron", "the view that is stale because of it is not told");
    });

    await t.step("a history that is switched off is told when the server has come back", async () => {
      await cluster.admin()`alter system set cron.log_run = off`;
      await cluster.restart();
      await cluster.owner()`select analytics.refresh_view('mv_quiet')`;
      await cluster.owner()`update analytics.views set verified_at = now() where view_name = 'mv_quiet'`;
      assert.deepEqual(await opened(cluster), ["history_off:cron.log_run"]);
      assert.deepEqual(await open(cluster), ["history_off:cron.log_run"], "the scheduler is back");
      await cluster.admin()`alter system reset cron.log_run`;
      await cluster.restart();
      await settled(cluster);
    });

    await t.step("an extension that is made anew begins an epoch, and nothing of it is missed", async () => {
      await cluster.admin().unsafe("drop extension pg_cron").simple();
      await cluster.admin().unsafe(
        await Deno.readTextFile(new URL("../../stack/postgres/bootstrap/cron.sql", import.meta.url)),
      ).simple();
      await cluster.owner()`select cron.schedule(job_name, schedule, command) from analytics.scheduled_jobs`;
      assert.deepEqual(await opened(cluster), ["history_lost:cron.job_run_details"]);
      await settled(cluster);
    });
  } finally {
    await cluster.stop();
  }
});

/** Trouble begins with the next minute: before it there must be time to see that all is quiet. */
async function earlyInAMinute(): Promise<void> {
  const second = new Date().getSeconds();
  if (second > 30) await pause((61 - second) * 1_000);
}

async function scheduleJobs(cluster: CronCluster): Promise<void> {
  await cluster.owner().unsafe(`
    create table public.quiet_source (id integer primary key);
    insert into public.quiet_source values (1);
    create materialized view analytics.mv_quiet as select id from public.quiet_source with no data;
    create unique index mv_quiet_key on analytics.mv_quiet (id);
    select analytics.register_view('mv_quiet', 'probe', '* * * * *', '5 minutes');
    select analytics.refresh_view(view_name) from freshet.refresh_order() order by depth;
    select analytics.register_job('refused-1', '* * * * *', 'select 1');
    select analytics.register_job('refused-2', '* * * * *', 'select 1');
    -- One good run is enough for this test; by itself a job that is due each minute has to prove itself for five.
    select analytics.register_job('slow', '* * * * *', 'set statement_timeout = ''1s''; select pg_sleep(30)', recovery_threshold => 1);
    select analytics.register_job('long', '* * * * *', 'select pg_sleep(200)');
    select analytics.register_job('sleeper-1', '* * * * *', 'select pg_sleep(200)');
    select analytics.register_job('sleeper-2', '* * * * *', 'select pg_sleep(200)');
  `).simple();
  // Nobody listens there.
  await cluster.admin()`update cron.job set nodeport = 1 where jobname like 'refused-%'`;
}

async function mendJobs(cluster: CronCluster): Promise<void> {
  await cluster.admin()`update cron.job set nodeport = current_setting('port')::integer where jobname like 'refused-%'`;
  await cluster.owner()`select analytics.register_job('slow', '* * * * *', 'select 1')`;
}

/** Audits, and names what has opened. */
/** What the first pass with news opened: the audit itself waits a minute before it calls a run detached. */
async function openedInTime(cluster: CronCluster): Promise<string[]> {
  const patience = Date.now() + 90_000;
  let news = await opened(cluster);
  while (news.length === 0 && Date.now() < patience) {
    await pause(2_000);
    news = await opened(cluster);
  }
  return news;
}

async function opened(cluster: CronCluster): Promise<string[]> {
  const [before] = await cluster.owner()`select coalesce(max(incident_id), 0)::integer as id from analytics.incidents`;
  await cluster.audit();
  const rows = await cluster.owner()`
    select fingerprint from analytics.incidents where incident_id > ${Number(before?.["id"])} order by fingerprint`;
  return rows.map((row) => String(row["fingerprint"]));
}

async function open(cluster: CronCluster): Promise<string[]> {
  const rows = await cluster.owner()`select fingerprint from analytics.incidents where closed_at is null order by 1`;
  return rows.map((row) => String(row["fingerprint"]));
}

/** Audits, and finds that everything is over. */
async function settled(cluster: CronCluster): Promise<void> {
  assert.deepEqual(await opened(cluster), []);
  assert.deepEqual(await open(cluster), []);
}

/** Waits for a run of the job of which this is true, which is a matter of a minute. */
async function until(cluster: CronCluster, job: string, condition: string): Promise<void> {
  const patience = Date.now() + 90_000;
  while (Date.now() < patience) {
    const [run] = await cluster.admin().unsafe(
      `select 1 from cron.job_run_details as d join analytics.known_jobs as k on k.jobid = d.jobid
       where k.job_name = '${job}' and d.${condition} limit 1`,
    );
    if (run !== undefined) return;
    await pause(500);
  }
  throw new Error(`No run of ${job} with ${condition} within 90 s: does the scheduler of pg_cron run?`);
}
