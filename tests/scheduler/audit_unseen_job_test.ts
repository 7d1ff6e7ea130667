// A backend that falls some thousands of catalog changes behind is told to forget all that it knows, and not what has
// changed. pg_cron takes that for nothing (its callback looks for the one relation): what was scheduled meanwhile stays
// unseen until the next change of any job. It happens where a machine is busy and a deployment alters much at once.
import assert from "node:assert/strict";
import { repairSql } from "../../shared/audit/repair.ts";
import { alertPayload } from "../../shared/audit/pass.ts";
import { pause } from "../../stack/pause.ts";
import { showJobsToScheduler } from "../../stack/unseen_jobs.ts";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";

const MISSED = "from analytics.incidents where fingerprint = 'missed:unseen'";

Deno.test("A job that pg_cron has not seen is missed, and the repair in its alert makes it seen", async () => {
  const cluster = await startCronCluster({}, { isCopy: false });
  try {
    await registerUnseen(cluster);

    await eventually(cluster, `select 1 ${MISSED} and closed_at is null`);
    assert.equal((await runs(cluster)).length, 0, "nothing but the schedule tells");

    const [alert] = await cluster.owner()`
      select payload from analytics.outbox where payload ->> 'kind' = 'missed' and payload ->> 'subject' = 'unseen'`;
    await cluster.owner().unsafe(repairSql(alertPayload.parse(alert?.["payload"])) ?? "").simple();
    await eventually(cluster, `select 1 ${MISSED} and resolution = 'recovered'`);
    assert.ok((await runs(cluster)).every(({ status }) => status === "succeeded"));
  } finally {
    await cluster.stop();
  }
});

Deno.test("The end of a start makes pg_cron see the jobs that it has not seen", async () => {
  const cluster = await startCronCluster({}, { isCopy: false });
  try {
    await registerUnseen(cluster); // the test above proves that it stays unseen
    await pause(2_000); // what altered the catalog has been read
    await showJobsToScheduler(cluster.ownerUrl());
    const patience = Date.now() + 90_000;
    while ((await runs(cluster)).length === 0) {
      if (Date.now() > patience) throw new Error("no run within 90 s of a job that is due each minute");
      await pause(500);
    }
  } finally {
    await cluster.stop();
  }
});

/** Schedules a job for each minute, while so much of the catalog changes that the scheduler does not hear of it. */
async function registerUnseen(cluster: CronCluster): Promise<void> {
  await whileSchedulerStands(cluster, async () => {
    await cluster.owner()`
      select analytics.register_job('unseen', '* * * * *', 'select 1', late_after => '5 seconds')`;
    const columns = Array.from({ length: 60 }, (_, index) => `c${index} integer`).join(", ");
    for (let table = 0; table < 60; table += 1) {
      await cluster.owner().unsafe(`create table public.crowd (${columns}); drop table public.crowd`).simple();
    }
  });
}

/** Does something of which the scheduler hears when it goes on. */
async function whileSchedulerStands(cluster: CronCluster, work: () => Promise<void>): Promise<void> {
  const [scheduler] = await cluster
    .admin()`select pid from pg_stat_activity where application_name = 'pg_cron scheduler'`;
  const pid = Number(scheduler?.["pid"]);
  await pause(2_000); // what the migrations scheduled has been read
  Deno.kill(pid, "SIGSTOP");
  try {
    await work();
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

function runs(cluster: CronCluster) {
  return cluster.admin()`
    select d.status from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid where j.jobname = 'unseen'`;
}

/** Audits until it holds. Two minutes are two slots. */
async function eventually(cluster: CronCluster, query: string): Promise<void> {
  const patience = Date.now() + 150_000;
  while (Date.now() < patience) {
    await cluster.audit();
    if ((await cluster.owner().unsafe(query)).length > 0) return;
    await pause(2_000);
  }
  throw new Error(`Nothing within 150 s: ${query}`);
}
