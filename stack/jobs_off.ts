import type postgres from "postgres";
import { pause } from "./pause.ts";

/** pg_cron's launcher looks for changed jobs each second. */
const LAUNCHER_MS = 2_000;
const ROUNDS = 60;

/**
 * Switches all jobs off, and waits until pg_cron has read it and the last run has ended. Otherwise its launcher may lose the
 * message, as it may lose that of a new job (unseen_jobs.ts): where thousands of changes of the catalogue follow while it is
 * busy, all jobs go on.
 *
 * @throws Error after two minutes, with the jobs that still run
 */
export async function switchJobsOff(superuser: postgres.Sql): Promise<void> {
  await superuser`update cron.job set active = false`;
  let running: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(LAUNCHER_MS);
    const rows = await superuser<{ name: string }[]>`
      select distinct coalesce(j.jobname, d.jobid::text) as name
      from cron.job_run_details as d left join cron.job as j on j.jobid = d.jobid
      where d.status not in ('succeeded', 'failed')`;
    if (rows.length === 0) return;
    running = rows.map(({ name }) => name);
  }
  throw new Error(`jobs still run after they were switched off: ${running.join(", ")}; end them, or start again`);
}
