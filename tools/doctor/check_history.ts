import type { Row } from "postgres";
import { scrubMessage } from "../../shared/kernel/scrub/message.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Job } from "./patient.ts";

/** Messages of runs that pg_cron could not start: not the job's fault, and often many jobs at once. */
const NEVER_STARTED =
  /^(?:connection (?:failed|lost)|job startup timeout|could not start background|unable to create a DSM|server closed)/i;
const TIMED_OUT = /canceling statement due to statement timeout/;
const WAITED_FOR_LOCK = /canceling statement due to lock timeout/;

/** The outcome of each job's last runs, among the newest 20,000 runs. */
export const history: Check = {
  name: "history",
  kinds: ["failed", "infrastructure", "restarted", "timed_out"],
  async run({ session, jobs }) {
    const rows = await session`
      with recent as (
        select d.runid, d.jobid, d.status, btrim(left(d.return_message, 2000), E' \t\r\n') as message
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
          and d.status in ('succeeded', 'failed')
      ),
      last_ok as (
        select r.jobid, max(r.runid) as runid from recent as r where r.status = 'succeeded' group by r.jobid
      )
      select r.jobid::float8 as jobid, count(*)::integer as streak, max(r.runid)::float8 as runid,
        (array_agg(r.message order by r.runid desc))[1] as message
      from recent as r
      left join last_ok as o on o.jobid = r.jobid
      where r.runid > coalesce(o.runid, 0)
      group by r.jobid
      order by r.jobid`;
    const failing = rows.flatMap((row) => {
      const job = jobs.find((one) => one.jobid === Number(row["jobid"]));
      return job === undefined ? [] : [{ job, row, message: String(row["message"] ?? "") }];
    });
    const never_started = failing.filter(({ message }) => NEVER_STARTED.test(message));
    const restarted = failing.filter(({ message }) => message.startsWith("server restarted"));
    const own = failing.filter((one) => !never_started.includes(one) && !restarted.includes(one));
    return [
      ...own.map(({ job, row, message }) => ownFailure(job, row, message)),
      ...together(never_started, "infrastructure"),
      ...together(restarted, "restarted"),
    ];
  },
};

interface Failing {
  readonly job: Job;
  readonly message: string;
}

function ownFailure(job: Job, row: Row, message: string): Finding {
  const runid = Number(row["runid"]);
  const streak = Number(row["streak"]);
  const times = streak === 1 ? "its last run failed" : `its last ${streak} runs failed`;
  const timed_out = TIMED_OUT.test(message);
  return {
    kind: timed_out ? "timed_out" : "failed",
    subject: job.name,
    job: job.name,
    schedule: job.schedule,
    runid,
    message: `${times}: ${
      scrubMessage(message, { names: [job.name] }).replace(/^ERROR:\s*/, "") || "without a message"
    }`,
    repair: repairOf(message, job, runid),
  };
}

function repairOf(message: string, job: Job, runid: number): string {
  if (TIMED_OUT.test(message)) {
    return `select cron.alter_job(jobid, command := 'set statement_timeout = ''30min''; ' || command)\n` +
      `from cron.job where jobid = ${job.jobid};`;
  }
  // The lock may be free by now; if it is not, these are the sessions that keep others waiting.
  if (WAITED_FOR_LOCK.test(message)) {
    return "select w.pid as waiting, b.pid as holding, b.state, b.xact_start, left(b.query, 80) as query\n" +
      "from pg_stat_activity as w join pg_stat_activity as b on b.pid = any (pg_blocking_pids(w.pid));";
  }
  return `select runid, status, return_message, start_time from cron.job_run_details where runid = ${runid};`;
}

/** One finding for all jobs that failed for the same cause. */
function together(failing: readonly Failing[], kind: "infrastructure" | "restarted"): Finding[] {
  const classes = Map.groupBy(failing, ({ message }) => message.split("\n")[0]?.slice(0, 60) ?? "");
  return [...classes].map(([message, of_class]) => ({
    kind,
    subject: "pg_cron",
    message: `the last run of ${named(of_class)} ended with "${
      scrubMessage(message, { names: of_class.map(({ job }) => job.name) })
    }"`,
    repair: kind === "infrastructure"
      ? "show max_connections; show max_worker_processes; show cron.max_running_jobs; show cron.use_background_workers; show cron.host;"
      : "select pg_postmaster_start_time();",
  }));
}

function named(failing: readonly Failing[]): string {
  const names = failing.map(({ job }) => `"${job.name}"`);
  const [first, second, third, ...others] = names;
  const shown = [first, second, third].filter((name) => name !== undefined).join(", ");
  return others.length === 0 ? shown : `${shown} and ${others.length} more jobs`;
}
