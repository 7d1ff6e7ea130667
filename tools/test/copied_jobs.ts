import postgres from "postgres";

/**
 * A job says to which server pg_cron connects for it. In a cluster that is made to be copied none is active: a copy's scheduler
 * would look for the server of before, and its history would begin with failures.
 */
export async function restJobs(superuserUrl: string): Promise<void> {
  await withSuperuser(superuserUrl, (sql) => sql`update cron.job set active = false`);
}

/** Lets the jobs of a copy run, on the server that it is now. */
export async function wakeJobs(superuserUrl: string): Promise<void> {
  await withSuperuser(
    superuserUrl,
    (sql) =>
      sql`update cron.job set nodename = current_setting('cron.host'), nodeport = current_setting('port')::integer, active = true`,
  );
}

async function withSuperuser(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
