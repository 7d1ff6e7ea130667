import { equal } from "node:assert/strict";
import { createAuditDatabase } from "../../../shared/adapters/supabase/audit_database.ts";
import { createSentryIssues } from "../../../shared/adapters/sentry/issues.ts";
import { createSentrySender } from "../../../shared/adapters/sentry/sender.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { runAudit } from "../../../shared/audit/run.ts";
import { pause } from "../../../stack/pause.ts";
import { clearAudit } from "../rigs/audit_stage.ts";
import { type CronCluster, startCronCluster } from "../rigs/cron_cluster.ts";
import { addUp, type Counted, nothingCounted } from "./detection_scene.ts";
import { directRpc } from "../rigs/direct_rpc.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../fakes/envelope_sink.ts";

interface ServerFault {
  readonly id: string;
  readonly what: string;
  readonly told: readonly string[];
  strike(cluster: CronCluster): Promise<void>;
  mend(cluster: CronCluster): Promise<void>;
}

const VIEWS = ["mv_slow_one", "mv_slow_two"] as const;

const serverFaults: readonly ServerFault[] = [
  {
    id: "F12",
    what: "kill -9 of a backend in the middle of a refresh, with another refresh beside it, on a real scheduler",
    told: ["restarted:pg_cron"],
    async strike(cluster) {
      const owner = cluster.owner();
      const [{ rows } = {}] = await owner`select count(*)::integer as rows from analytics.mv_slow_one`;
      await owner`update public.slow_seconds set seconds = 40`;
      await owner`insert into public.slow_source default values`;
      await until(
        cluster,
        `2 = (select count(*) from pg_stat_activity where wait_event = 'PgSleep' and query ~ 'mv_slow')`,
      );
      const [backend] = await cluster.admin()`select pid from pg_stat_activity where wait_event = 'PgSleep' limit 1`;
      Deno.kill(Number(backend?.["pid"]), "SIGKILL");
      await cluster.recovered();
      await until(
        cluster,
        `2 <= (select count(*) from cron.job_run_details where runid > (select low_runid from analytics.audit_state) and status = 'failed')`,
      );
      const [{ readable } = {}] = await cluster
        .owner()`select count(*)::integer as readable from analytics.mv_slow_one`;
      equal(readable, rows, "what was there before is still read");
    },
    async mend(cluster) {
      await cluster.owner()`update public.slow_seconds set seconds = 0`;
      for (const view of VIEWS) {
        await until(cluster, `(select count(*) from analytics.${view}) = (select count(*) from public.slow_source)`);
        await until(
          cluster,
          `'succeeded' = (select d.status from cron.job_run_details as d join cron.job as j using (jobid)
            where j.jobname = 'refresh-${view}' order by d.runid desc limit 1)`,
        );
      }
    },
  },
  {
    id: "F19",
    what: "a launcher that is terminated, until the server is started again",
    told: ["scheduler_gone:pg_cron"],
    async strike(cluster) {
      await cluster
        .admin()`select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_cron launcher'`;
    },
    mend: (cluster) => cluster.restart(),
  },
  {
    id: "F23",
    what: "an extension that is dropped and created under a running scheduler",
    told: ["history_lost:cron.job_run_details"],
    async strike(cluster) {
      await cluster.admin().unsafe("drop extension pg_cron").simple();
      const bootstrap = new URL("../../../stack/postgres/bootstrap/cron.sql", import.meta.url);
      await cluster.admin().unsafe(await Deno.readTextFile(bootstrap)).simple();
      await cluster.owner()`select cron.schedule(job_name, schedule, command) from analytics.scheduled_jobs`;
      await onlySlowJobs(cluster);
    },
    mend: () => Promise.resolve(),
  },
];

/** Faults that need a whole server, so a cluster of their own, and minutes of its scheduler. */
export async function countServerFaults(rounds: number): Promise<Counted[]> {
  const cluster = await startCronCluster();
  const table: Counted[] = [];
  try {
    await prepare(cluster);
    for (const fault of serverFaults) {
      const counted = nothingCounted(fault);
      table.push(counted);
      for (let round = 0; round < rounds; round += 1) await meet(cluster, fault, counted);
    }
  } finally {
    await cluster.stop();
  }
  return table;
}

async function meet(cluster: CronCluster, fault: ServerFault, counted: Counted): Promise<void> {
  const sink = await startEnvelopeSink();
  try {
    await clearAudit(cluster.admin());
    await cluster.owner()`update analytics.views set verified_at = now()`;
    await audit(cluster, sink);
    await fault.strike(cluster);
    for (let passes = 0; passes < 3; passes += 1) await audit(cluster, sink);
    await fault.mend(cluster);
    for (let passes = 0; passes < 12 && await isOpen(cluster, fault); passes += 1) {
      await audit(cluster, sink);
    }
    await addUp({ sql: cluster.admin(), sink }, { told: fault.told, counted });
  } finally {
    await sink.stop();
  }
}

async function isOpen(cluster: CronCluster, { told }: ServerFault): Promise<boolean> {
  const [row] = await cluster.admin()`
    select count(*)::integer as count from analytics.incidents as i left join analytics.outbox as o using (incident_id)
    where i.fingerprint = any (${[
    ...told,
  ]}) and (i.closed_at is null or o.transition = 'recovered' and o.resolved_at is null)`;
  return row?.["count"] !== 0;
}

async function prepare(cluster: CronCluster): Promise<void> {
  await cluster.owner().unsafe(`
    create table public.slow_source (id integer generated always as identity primary key);
    create table public.slow_seconds (seconds integer not null);
    insert into public.slow_source default values;
    insert into public.slow_seconds values (0);
    ${
    VIEWS.map((view) => `
      create materialized view analytics.${view} as
        select s.id, pg_sleep(t.seconds)::text as waited from public.slow_source as s, public.slow_seconds as t where s.id > 0 with no data;
      create unique index ${view}_key on analytics.${view} (id);
      select analytics.register_view('${view}', 'probe', '* * * * *', '1 hour');
      update analytics.scheduled_jobs set recovery_threshold = 1 where job_name = 'refresh-${view}';`).join("\n")
  }
    select analytics.refresh_view(view_name) from freshet.refresh_order() order by depth`).simple();
  await cluster
    .owner()`update analytics.scheduled_jobs set paused_until = now() + interval '1 day' where job_name !~ 'mv_slow'`;
  await onlySlowJobs(cluster);
}

/** Deactivates the product's other jobs: the faults would affect them too, and they run too rarely to wait for. */
async function onlySlowJobs(cluster: CronCluster): Promise<void> {
  await cluster.admin()`update cron.job set active = jobname ~ 'mv_slow'`;
}

async function audit(cluster: CronCluster, sink: EnvelopeSink): Promise<void> {
  await cluster.admin()`truncate analytics.check_ins_asked`;
  await runAudit({
    database: createAuditDatabase(directRpc(cluster.owner())),
    sender: createSentrySender({ dsn: sink.dsn, environment: "test", release: null, timeout_ms: 2_000 }),
    issues: createSentryIssues({
      ...{
        url: sink.apiUrl,
        organization: "freshet",
        project: "1",
        token: "sntryu_may_write_events",
        timeout_ms: 2_000,
      },
    }),
    clock: systemClock,
    send_for_ms: 60_000,
    runbook_url: "docs/runbook",
  });
}

/** Waits for a condition that needs the scheduler's next minute or two. */
async function until(cluster: CronCluster, condition: string): Promise<void> {
  for (const patience = Date.now() + 180_000; Date.now() < patience; await pause(250)) {
    const [row] = await cluster.admin().unsafe(`select ${condition} as is_so`);
    if (row?.["is_so"] === true) return;
  }
  throw new Error(`not within 3 minutes: ${condition}`);
}
