import type postgres from "postgres";
import { pause } from "./pause.ts";

/** pg_cron's launcher looks for changed jobs each second. */
const LAUNCHER_MS = 2_000;

/**
 * Switches all jobs off, and waits until pg_cron has read it. Otherwise its launcher may lose the message, as it may lose that
 * of a new job (unseen_jobs.ts): where a thousand changes of the catalogue follow at once, all jobs go on.
 */
export async function switchJobsOff(superuser: postgres.Sql): Promise<void> {
  await superuser`update cron.job set active = false`;
  await pause(LAUNCHER_MS);
}
