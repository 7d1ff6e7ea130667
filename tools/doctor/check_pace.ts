import type { Row } from "postgres";
import type { Check } from "./check.ts";
import { statementTimeout } from "./command_limits.ts";
import type { Finding } from "./finding.ts";
import { roleTimeouts } from "./limits.ts";
import type { Job } from "./patient.ts";

/** A median of fewer runs means nothing. */
const FEWEST_RUNS = 5;

/**
 * The command of the refresh queue's worker. Its run time and pace depend on the requests, so it is exempt from pile_up
 * and too_fast.
 */
const WORKER = "freshet.claim_refresh(";

/** How long runs take, compared with their time limit, their period and earlier runs. */
export const pace: Check = {
  name: "pace",
  kinds: ["near_timeout", "pile_up", "too_fast"],
  async run(patient) {
    const rows = await patient.session`
      with recent as (
        select d.jobid, extract(epoch from d.end_time - d.start_time)::float8 as seconds,
          extract(epoch from d.start_time - lag(d.end_time) over (partition by d.jobid order by d.runid)) as gap,
          row_number() over (partition by d.jobid order by d.runid desc) as age
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
          and d.status = 'succeeded' and d.start_time is not null and d.end_time is not null
      )
      select r.jobid::float8 as jobid, count(*)::integer as run_count,
        percentile_cont(0.95) within group (order by r.seconds) as p95,
        percentile_cont(0.5) within group (order by r.seconds) as median,
        max(r.seconds) filter (where r.age = 1) as last,
        count(*) filter (where r.age <= 3 and r.gap < 2)::integer as queued
      from recent as r
      where r.age <= 50
      group by r.jobid`;
    const limitOf = await roleTimeouts(patient);
    return patient.jobs.flatMap((job) => {
      const row = rows.find((one) => Number(one["jobid"]) === job.jobid);
      return row === undefined ? [] : judge(job, row, statementTimeout(job.command) ?? limitOf(job.username));
    });
  },
};

function judge(job: Job, row: Row, limit: number): Finding[] {
  const about = { subject: job.name, job: job.name, schedule: job.schedule };
  const p95 = Number(row["p95"]);
  const median = Number(row["median"]);
  const last = Number(row["last"]);
  const has_habit = Number(row["run_count"]) >= FEWEST_RUNS;
  const found: Finding[] = [];
  if (has_habit && limit > 0 && p95 > 0.7 * limit) {
    found.push({
      ...about,
      kind: "near_timeout",
      message: `one run in twenty takes ${p95.toFixed(1)} s or more, and is cancelled at ${limit} s`,
      repair:
        `select cron.alter_job(jobid, command := 'set statement_timeout = ''${
          Math.ceil(limit * 2)
        }s''; ' || command)\n` +
        `from cron.job where jobid = ${job.jobid};`,
    });
  }
  if (job.command.includes(WORKER)) return found;
  // A job with a schedule in seconds starts again as soon as its last run ends.
  if (Number(row["queued"]) >= 2 && !/second/i.test(job.schedule)) {
    found.push({
      ...about,
      kind: "pile_up",
      message: `its runs start when the one before has just ended: they take longer (${
        median.toFixed(0)
      } s) than its period`,
      repair: `select cron.alter_job(${job.jobid}, schedule := '…'); -- a period longer than ${p95.toFixed(0)} s`,
    });
  }
  if (has_habit && median >= 5 && last < 0.2 * median) {
    found.push({
      ...about,
      kind: "too_fast",
      message: `its last run took ${last.toFixed(1)} s, and ${median.toFixed(1)} s is usual: did it do its work?`,
      repair: "select runid, return_message, start_time, end_time from cron.job_run_details " +
        `where jobid = ${job.jobid} order by runid desc limit 5;`,
    });
  }
  return found;
}
