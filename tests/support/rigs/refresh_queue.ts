import postgres from "postgres";

/** Runs a job's command as pg_cron does: in one message, on a session of its own. */
export async function runAsJob(databaseUrl: string, command: string): Promise<void> {
  const session = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await session.unsafe(command).simple().finally(() => session.end({ timeout: 1 }));
}

/** Works through the queue of refreshes, as its jobs do each minute. */
export async function workRefreshQueue(sql: postgres.Sql, databaseUrl: string): Promise<void> {
  const [job] = await sql`select command from cron.job where jobname = 'analytics-refresh-queue-1'`;
  await runAsJob(databaseUrl, String(job?.["command"]));
}
