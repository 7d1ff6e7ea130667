import postgres from "postgres";

/**
 * Deactivates all jobs of a cluster that will be copied. A job holds the address of its server, so a copy's scheduler
 * would connect to the original server, and the copy's history would begin with failures. So it would with the runs that
 * were due while the cluster was migrated, which pg_cron notes although none may start.
 */
export async function restJobs(superuserUrl: string): Promise<void> {
  await withSuperuser(superuserUrl, async (sql) => {
    await sql`update cron.job set active = false`;
    await sql`truncate cron.job_run_details restart identity`;
  });
}

/** Activates the jobs of a copy, with the address of the copy's server. */
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
