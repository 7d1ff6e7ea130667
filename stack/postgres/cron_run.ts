import postgres from "postgres";
import { errorMessageAsLibpq, successMessage } from "./cron_message.ts";
import type { ServerAddress } from "./server_address.ts";

export interface CronJob {
  readonly jobid: string;
  readonly schedule: string;
  readonly command: string;
  readonly database: string;
  readonly username: string;
}

/** One run of one job, on a connection of its own, with the same trail of statuses in cron.job_run_details as pg_cron's. */
export async function runJob(
  sql: postgres.Sql,
  address: ServerAddress,
  job: CronJob,
  stopping: AbortSignal,
): Promise<void> {
  const [row] = await sql<{ runid: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status)
    values (${job.jobid}, ${job.database}, ${job.username}, ${job.command}, 'starting')
    returning runid::text`;
  const runid = String(row?.runid);
  const session = postgres(urlOfUser(address.superuserUrl, job), {
    // As the real one connects, with cron.host: over the socket, where a role needs no password.
    ...(address.socket === undefined ? {} : { path: address.socket }),
    max: 1,
    connect_timeout: 10,
    idle_timeout: 0,
    onnotice: () => {},
    connection: { application_name: "pg_cron" },
  });
  const cancel = () => void session.end({ timeout: 0 });
  stopping.addEventListener("abort", cancel);
  try {
    const pid = await backendPid(session);
    if (pid === null) return await finish(sql, runid, "failed", "connection failed");
    await sql`
      update cron.job_run_details set job_pid = ${pid}, status = 'running', start_time = clock_timestamp()
      where runid = ${runid}`;
    try {
      // The simple protocol, as libpq's PQsendQuery: several statements in one implicit transaction.
      const result = await session.unsafe(job.command).simple();
      await finish(sql, runid, "succeeded", successMessage(result));
    } catch (error) {
      await finish(sql, runid, "failed", errorMessageAsLibpq(error, job.command));
    }
  } finally {
    stopping.removeEventListener("abort", cancel);
    await session.end({ timeout: 1 });
  }
}

async function backendPid(session: postgres.Sql): Promise<number | null> {
  try {
    const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    return row?.pid ?? null;
  } catch {
    return null; // a role that may not log in, a database that is gone
  }
}

async function finish(sql: postgres.Sql, runid: string, status: string, message: string): Promise<void> {
  await sql`
    update cron.job_run_details
    set status = ${status}, return_message = ${message}, end_time = clock_timestamp()
    where runid = ${runid}`;
}

function urlOfUser(superuserUrl: string, job: CronJob): string {
  const url = new URL(superuserUrl);
  url.username = encodeURIComponent(job.username);
  url.pathname = `/${encodeURIComponent(job.database)}`;
  return url.href;
}
