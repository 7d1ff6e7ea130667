import type { DetectionFault, DetectionScene } from "./detection_scene.ts";

/** Faults in cron.job and in the server's settings. */
export const catalogueFaults: readonly DetectionFault[] = [
  {
    id: "F18",
    in_every_run: true,
    what: "a database that takes no writes, and jobs that fail because of it",
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      await setDatabase(scene, "set default_transaction_read_only = on");
      for (const job of jobs) {
        const message = "ERROR:  cannot execute INSERT in a read-only transaction";
        await scene.write(job, { status: "failed", message, is_started: true, is_ended: true });
      }
      const [database] = await scene.stage.sql`select current_database() as name`;
      return {
        told: [`read_only:database ${database?.["name"]}`, ...jobs.map((job) => `failed:${job}`)],
        async mend() {
          await setDatabase(scene, "reset default_transaction_read_only");
          await scene.succeed(jobs);
        },
      };
    },
  },
  altered("inactive", "inactive", (job) => `update cron.job set active = false where jobname = '${job}'`),
  altered("unscheduled", "missing", (job) => `delete from cron.job where jobname = '${job}'`),
  altered(
    "given another schedule",
    "edited",
    (job) => `update cron.job set schedule = '5 0 1 1 *' where jobname = '${job}'`,
  ),
  altered(
    "given another command",
    "edited",
    (job) => `update cron.job set command = 'select 2' where jobname = '${job}'`,
  ),
  {
    id: "F19",
    in_every_run: true,
    what: "jobs that were due and did not start",
    async inject(scene) {
      const { sql } = scene.stage;
      const jobs = await scene.jobs(scene.count);
      // Due seven minutes ago, two more than the allowed delay, and next tomorrow, so pg_cron itself does not start
      // them here.
      const due = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 7 * 60_000);
      await asOwner(
        scene,
        jobs,
        (job) =>
          `select analytics.register_job('${job}', '${due.getUTCMinutes()} ${due.getUTCHours()} * * *', 'select 1')`,
      );
      await scene.pass();
      await sql`update analytics.job_slots set watched_since = now() - interval '1 hour' where job_name = any (${[
        ...jobs,
      ]})`;
      // Runs missed before the scheduler started are reported as one incident, its absence.
      const [scheduler] = await sql`
        select max(backend_start) > ${due} as is_younger from pg_stat_activity where application_name = 'pg_cron scheduler'`;
      const told = scheduler?.["is_younger"] === true ? ["missed:pg_cron"] : jobs.map((job) => `missed:${job}`);
      return { told, mend: () => scene.succeed(jobs) };
    },
  },
  {
    id: "F37",
    what: "a time zone that this pg_cron does not know",
    async inject(scene) {
      await setDatabase(scene, "set cron.timezone = 'US/Central'");
      return {
        told: ["timezone_ignored:cron.timezone"],
        mend: () => setDatabase(scene, "reset cron.timezone"),
      };
    },
  },
];

function altered(how: string, kind: string, statement: (job: string) => string): DetectionFault {
  return {
    id: "F19",
    what: `jobs that were ${how}`,
    async inject(scene) {
      const jobs = await scene.jobs(scene.count);
      await scene.succeed(jobs);
      await scene.pass();
      for (const job of jobs) await scene.stage.sql.unsafe(statement(job));
      return {
        told: jobs.map((job) => `${kind}:${job}`),
        mend: () => asOwner(scene, jobs, (job) => `select analytics.restore_job('${job}')`),
      };
    },
  };
}

async function asOwner(
  { stage }: DetectionScene,
  jobs: readonly string[],
  statement: (job: string) => string,
): Promise<void> {
  await stage.sql`set role postgres`;
  for (const job of jobs) await stage.sql.unsafe(statement(job));
  await stage.sql`reset role`;
}

/** Changes a setting of the database, for new sessions. */
async function setDatabase({ stage }: DetectionScene, change: string): Promise<void> {
  const [database] = await stage.sql`select quote_ident(current_database()) as name`;
  await stage.sql.unsafe(`alter database ${database?.["name"]} ${change}`);
}
