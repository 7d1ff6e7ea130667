import type postgres from "postgres";
import { pause } from "../../../stack/pause.ts";

/** The process of pg_cron's scheduler. @throws Error while it does not run */
export async function schedulerPid(sql: postgres.Sql): Promise<number> {
  const pid = await findScheduler(sql);
  if (pid === null) throw new Error("pg_cron's scheduler does not run");
  return pid;
}

/** Waits until pg_cron has started again, which takes it up to a minute. */
export async function untilSchedulerRuns(sql: postgres.Sql): Promise<void> {
  for (let seconds = 0; seconds < 120; seconds += 1) {
    if (await findScheduler(sql) !== null) return;
    await pause(1_000);
  }
  throw new Error("pg_cron has not started again within two minutes");
}

async function findScheduler(sql: postgres.Sql): Promise<number | null> {
  const [row] = await sql`select pid from pg_stat_activity where application_name = 'pg_cron scheduler'`;
  return row === undefined ? null : Number(row["pid"]);
}
