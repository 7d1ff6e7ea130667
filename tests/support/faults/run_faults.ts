import type { DetectionFault, DetectionScene, Struck } from "./detection_scene.ts";

/** A pid that no process has. */
const DEAD_PID = 4_194_303;

/** Faults of runs and of their history, written like pg_cron's own rows. */
export const runFaults: readonly DetectionFault[] = [
  {
    id: "F12",
    what: "a server that died under runs, which pg_cron ends at its next start, without an end_time",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count + 1);
      await begin(scene, jobs, "running");
      await end(scene, jobs, "failed", "server restarted");
      return { told: ["restarted:pg_cron"], mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F12",
    in_every_run: true,
    what: "and of which it leaves some as they were, because they were only connecting or sending",
    async inject(scene) {
      const jobs = await scene.jobs(1);
      const left = await scene.jobs(2);
      await begin(scene, jobs, "running");
      for (const [index, job] of left.entries()) {
        await scene.write(job, { status: index === 0 ? "connecting" : "sending", pid: DEAD_PID });
      }
      await scene.pass();
      await scene.stage.sql`update analytics.open_runs set first_seen_at = now() - interval '5 minutes'`;
      await end(scene, jobs, "failed", "server restarted");
      return {
        told: ["restarted:pg_cron", ...of("zombie", left)],
        mend: () => scene.succeed([...jobs, ...left]),
      };
    },
  },
  ...["starting", "connecting", "sending", "running"].map((status): DetectionFault => ({
    id: "F20",
    what: `runs that stay "${status}" for longer than they may`,
    async inject(scene) {
      const { sql } = scene.stage;
      const [young = "", ...jobs] = await scene.jobs(scene.count + 1);
      // Jobs of another server, whose processes are not visible.
      await sql`update cron.job set nodename = 'elsewhere' where jobname = any (${[young, ...jobs]})`;
      await sql`update analytics.scheduled_jobs set max_runtime = '20 minutes' where job_name = any (${[
        young,
        ...jobs,
      ]})`;
      await begin(scene, [young, ...jobs], status);
      await sql`update analytics.open_runs set first_seen_at = now() - interval '21 minutes' where job_name <> ${young}`;
      await sql`
        update cron.job_run_details as d set start_time = d.start_time - interval '21 minutes'
        from cron.job as j where j.jobid = d.jobid and j.jobname = any (${[...jobs]})`;
      return { told: of("stuck", jobs), mend: () => end(scene, [young, ...jobs], "succeeded", "1 row") };
    },
  })),
  {
    id: "F20",
    what: "runs without a process that stay open",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      await begin(scene, jobs, "sending");
      await scene.stage.sql`update analytics.open_runs set first_seen_at = now() - interval '3 minutes'`;
      return { told: of("zombie", jobs), mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F21",
    in_every_run: true,
    what: "failed runs that have neither a start nor an end",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      for (const job of jobs) await scene.write(job, { status: "failed", message: `ERROR:  never begun: ${job}` });
      return { told: of("failed", jobs), mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F21",
    what: "runs that found no connection",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      for (const job of jobs) await scene.write(job, { status: "failed", message: "connection failed" });
      return { told: ["infrastructure:pg_cron"], mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F22",
    what: "runs that fail after later ones have been read",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      for (const job of jobs) await scene.write(job, { status: "starting" });
      for (let passes = 0; passes < 3; passes += 1) await scene.pass();
      await end(scene, jobs, "failed", "ERROR:  late");
      return { told: of("failed", jobs), mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F23",
    in_every_run: true,
    what: "runids that begin again, with a failure among the first",
    async inject(scene) {
      const { sql } = scene.stage;
      const jobs = await scene.jobs(scene.count);
      const [before] = await sql`select last_value::text as runid from cron.runid_seq`;
      await sql`delete from cron.job_run_details`;
      await sql`select setval('cron.runid_seq', 1, false)`;
      return await lostAndFailed(scene, jobs, async () => {
        await sql`select setval('cron.runid_seq', greatest(${
          String(before?.["runid"])
        }::bigint, nextval('cron.runid_seq')))`;
      });
    },
  },
  {
    id: "F23",
    what: "an extension that was created again",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      await scene.stage.sql`update analytics.audit_state set history_relation = 1`;
      return await lostAndFailed(scene, jobs, async () => {});
    },
  },
  {
    id: "F23",
    what: "runids that are left out, and a failure behind them",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      for (const job of jobs) {
        await scene.stage.sql`select nextval('cron.runid_seq') from generate_series(1, 50)`;
        await scene.write(job, { status: "failed", message: `ERROR:  behind a gap: ${job}` });
      }
      return { told: of("failed", jobs), mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F24",
    in_every_run: true,
    what: "a history that another deletes under an open run, before its end was read",
    async inject(scene) {
      const { sql } = scene.stage;
      const jobs = await scene.jobs(scene.count);
      await begin(scene, jobs, "starting");
      await end(scene, jobs, "failed", "ERROR:  unread");
      await sql`
        delete from cron.job_run_details
        where jobid in (select jobid from cron.job where jobname = any (${[...jobs]}))`;
      return { told: ["history_lost:cron.job_run_details"], mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F24",
    what: "a history that another empties, with failures in it that were not read",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      for (const job of jobs) await scene.write(job, { status: "failed", message: "ERROR:  unread" });
      await scene.stage.sql`delete from cron.job_run_details`;
      return { told: ["history_lost:cron.job_run_details"], mend: () => scene.succeed(jobs) };
    },
  },
];

/** Starts a run of each job and runs a pass, which sees it open. */
async function begin(scene: DetectionScene, jobs: readonly string[], status: string): Promise<void> {
  for (const job of jobs) await scene.write(job, { status, pid: DEAD_PID, is_started: status === "running" });
  await scene.pass();
}

/** Ends runs as pg_cron ends those that it finds open: it sets only the status and the message. */
async function end(
  { stage }: DetectionScene,
  jobs: readonly string[],
  status: string,
  message: string,
): Promise<void> {
  await stage.sql`
    update cron.job_run_details as d set status = ${status}, return_message = ${message}
    from cron.job as j
    where j.jobid = d.jobid and j.jobname = any (${[...jobs]}) and d.status not in ('succeeded', 'failed')`;
}

async function lostAndFailed(
  scene: DetectionScene,
  jobs: readonly string[],
  restore: () => Promise<void>,
): Promise<Struck> {
  for (const job of jobs) await scene.write(job, { status: "failed", message: `ERROR:  among the first: ${job}` });
  return {
    told: ["history_lost:cron.job_run_details", ...of("failed", jobs)],
    async mend() {
      await restore();
      await scene.succeed(jobs);
    },
  };
}

function of(kind: string, subjects: readonly string[]): string[] {
  return subjects.map((subject) => `${kind}:${subject}`);
}
