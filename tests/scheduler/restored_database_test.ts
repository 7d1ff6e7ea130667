// A physical restore of the same cluster to an earlier moment: its numbers are given out once more, and only its timeline
// says that it happened.
import assert from "node:assert/strict";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";

Deno.test("A restore to an earlier moment is told, and no incident after it has the event id of one that is gone", async () => {
  const cluster = await startCronCluster();
  try {
    for (const job of ["probe-a", "probe-b"]) {
      await cluster.owner()`select analytics.register_job(${job}, '0 0 1 1 *', 'select 1')`;
    }
    await cluster.audit();
    assert.deepEqual(await events(cluster), [], "a quiet system has nothing to tell");
    const restore = await cluster.backUp();

    await fail(cluster, "probe-a");
    await cluster.audit();
    const gone = await events(cluster);
    assert.deepEqual(gone.map(({ about }) => about), ["failed:probe-a"]);

    await restore();
    assert.deepEqual(await events(cluster), [], "the incident went with what was written after the backup");
    await fail(cluster, "probe-b");
    await cluster.audit();
    const told = await events(cluster);
    const about = told.map(({ about }) => about);
    assert.ok(about.includes("failed:probe-b"), String(about));
    assert.ok(gone.every(({ number }) => told.some((event) => event.number === number)), "numbers repeat");
    const ids = new Set(told.map(({ id }) => id));
    assert.deepEqual(gone.filter(({ id }) => ids.has(id)), [], "and event ids do not");

    assert.ok(about.includes("history_lost:cron.job_run_details"), String(about));
    const [lost] = await cluster
      .owner()`select evidence ->> 'message' as message from analytics.incidents where kind = 'history_lost'`;
    assert.match(
      String(lost?.["message"]),
      /^the database was restored to an earlier moment, or a standby took over \(timeline 2, before it 1\)/,
    );
    await cluster.audit();
    const [state] = await cluster.owner()`select epoch, timeline from analytics.audit_state`;
    assert.deepEqual({ ...state }, { epoch: 2, timeline: 2 }, "it is noticed once");
  } finally {
    await cluster.stop();
  }
});

interface Told {
  readonly number: number;
  readonly id: string;
  readonly about: string;
}

async function events(cluster: CronCluster): Promise<Told[]> {
  const rows = await cluster.owner()`
    select incident_id::integer as number, event_id as id, payload ->> 'fingerprint' as about from analytics.outbox
    order by incident_id`;
  return rows.map(({ number, id, about }) => ({ number: Number(number), id: String(id), about: String(about) }));
}

async function fail(cluster: CronCluster, job: string): Promise<void> {
  await cluster.admin()`
    insert into cron.job_run_details (jobid, status, return_message, start_time, end_time, username)
    select jobid, 'failed', 'ERROR:  on purpose', now(), now(), username from cron.job where jobname = ${job}`;
}
