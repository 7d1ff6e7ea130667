import { withConnection } from "./one_connection.ts";

/**
 * Makes pg_cron read its jobs again. Its launcher hears of a new job by an invalidation message, and loses the message when
 * migrations or an import alter more of the catalog than the queue holds: the job then never starts. Any change of a row of
 * cron.job is another message, so one job is written as it is.
 */
export async function showJobsToScheduler(databaseUrl: string): Promise<void> {
  await withConnection(databaseUrl, (sql) =>
    sql`
      select cron.alter_job(j.jobid, active := true)
      from (select jobid from cron.job where active and username = current_user order by jobid limit 1) as j`);
}
