import postgres from "postgres";
import { type CronJob, runJob } from "./cron_run.ts";
import type { ServerAddress } from "./server_address.ts";
import { intervalSeconds, isDueAt } from "./cron_schedule.ts";

const MINUTE_MS = 60_000;
/** As cron.max_running_jobs. */
const MAX_RUNNING = 32;
/** After a long sleep of the machine this much is caught up, no more: pg_cron's rule for fixed-time jobs. */
const MAX_CATCH_UP_MINUTES = 180;

/** The state of a job between two ticks. */
interface JobState {
  pendingRuns: number;
  isRunning: boolean;
  lastStartedAt: number;
}

/** Runs the due jobs of the cron stand-in, one run of a job at a time, each as the job's user. */
export async function startCronTicker(address: ServerAddress): Promise<{ stop(): Promise<void> }> {
  const sql = postgres(address.superuserUrl, {
    max: 2,
    onnotice: () => {},
    // The name of the real scheduler: the audit looks for it in pg_stat_activity.
    connection: { application_name: "pg_cron scheduler" },
  });
  await sql`
    update cron.job_run_details set status = 'failed', return_message = 'server restarted'
    where status in ('starting', 'running')`;

  const states = new Map<string, JobState>();
  const runs = new Set<Promise<void>>();
  const stopping = new AbortController();
  let lastMinute = Math.floor(Date.now() / MINUTE_MS);
  let isTicking = false;

  async function tick(): Promise<void> {
    const now = Date.now();
    const jobs = await sql<CronJob[]>`
      select jobid::text, schedule, command, database, username from cron.job
      where active and current_setting('cron.launch_active_jobs', true) is distinct from 'off'
      order by jobid`;
    const minute = Math.floor(now / MINUTE_MS);
    const firstMinute = Math.max(lastMinute + 1, minute - MAX_CATCH_UP_MINUTES);
    lastMinute = Math.max(lastMinute, minute);
    forgetOthers(states, jobs);
    for (const job of jobs) {
      const state = states.get(job.jobid) ?? { pendingRuns: 0, isRunning: false, lastStartedAt: now };
      states.set(job.jobid, state);
      state.pendingRuns += dueRuns(job, state, { now, firstMinute, minute });
      launch(job, state);
    }
  }

  function launch(job: CronJob, state: JobState): void {
    if (state.isRunning || state.pendingRuns === 0 || runs.size >= MAX_RUNNING || stopping.signal.aborted) return;
    state.pendingRuns -= 1;
    state.isRunning = true;
    state.lastStartedAt = Date.now();
    const run = runJob(sql, address, job, stopping.signal).catch(() => {}).then(() => {
      state.isRunning = false;
      runs.delete(run);
    });
    runs.add(run);
  }

  const timer = setInterval(() => {
    if (isTicking) return;
    isTicking = true;
    // The database may be restarting: the next second tries again.
    tick().catch(() => {}).finally(() => isTicking = false);
  }, 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.allSettled(runs);
      await sql.end({ timeout: 2 });
    },
  };
}

function dueRuns(job: CronJob, state: JobState, at: { now: number; firstMinute: number; minute: number }): number {
  const seconds = intervalSeconds(job.schedule);
  if (seconds !== null) {
    const isIdle = !state.isRunning && state.pendingRuns === 0;
    return isIdle && at.now - state.lastStartedAt >= seconds * 1000 ? 1 : 0;
  }
  let due = 0;
  for (let minute = at.firstMinute; minute <= at.minute; minute++) {
    if (isDueAt(job.schedule, new Date(minute * MINUTE_MS))) due += 1;
  }
  return due;
}

function forgetOthers(states: Map<string, JobState>, jobs: readonly CronJob[]): void {
  const known = new Set(jobs.map((job) => job.jobid));
  for (const jobid of states.keys()) {
    if (!known.has(jobid)) states.delete(jobid);
  }
}
