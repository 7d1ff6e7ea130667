import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";

/** Runs that have not ended, compared with the processes that should run them. */
export const openRuns: Check = {
  name: "open runs",
  kinds: ["zombie", "stuck", "detached"],
  async run({ session, jobs, patience }) {
    const rows = await session`
      with backends as (
        select a.pid, a.backend_start from pg_stat_activity as a
      ),
      open as (
        select d.runid::float8 as runid, d.jobid::float8 as jobid, d.status, d.job_pid, d.start_time,
          exists (
            select from backends as b
            where b.pid = d.job_pid and (b.backend_start is null or b.backend_start <= coalesce(d.start_time, now()) + interval '1 second')
          ) as is_alive,
          -- A run that is only being started has no process yet: a later run that is old enough proves that it is not.
          coalesce(d.start_time < now() - interval '1 minute', exists (
            select from cron.job_run_details as l where l.runid > d.runid and l.start_time < now() - interval '1 minute'
          )) as is_old
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
          and d.status in ('starting', 'connecting', 'sending', 'running')
      )
      select o.*, extract(epoch from now() - o.start_time)::float8 as seconds, 'open' as what from open as o
      where o.is_old or o.is_alive
      union all
      select d.runid::float8, d.jobid::float8, d.status, d.job_pid, d.start_time, true, true,
        extract(epoch from now() - d.start_time)::float8, 'ended'
      from cron.job_run_details as d
      join pg_stat_activity as a on a.pid = d.job_pid
      where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        and d.status in ('succeeded', 'failed')
        and (a.application_name = 'pg_cron' or a.backend_type = 'pg_cron') and a.state = 'active'
        and a.backend_start <= d.start_time + interval '1 second'
      order by 1`;
    return rows.flatMap((row): Finding[] => {
      const runid = Number(row["runid"]);
      const job = jobs.find((one) => one.jobid === Number(row["jobid"]));
      const name = job?.name ?? `jobid:${row["jobid"]}`;
      const about = { subject: name, job: name, runid, ...(job === undefined ? {} : { schedule: job.schedule }) };
      const minutes = Math.floor(Number(row["seconds"] ?? 0) / 60);
      if (row["what"] === "ended") {
        return [{
          ...about,
          kind: "detached",
          message: `run ${runid} is recorded as ${row["status"]}, and its process ${row["job_pid"]} still works`,
          repair: `select pg_terminate_backend(${row["job_pid"]});`,
        }];
      }
      if (row["is_alive"] !== true) {
        return [{
          ...about,
          kind: "zombie",
          message: `run ${runid} is "${row["status"]}" for ever: no process works on it`,
          repair:
            `update cron.job_run_details set status = 'failed', return_message = 'no process', end_time = now()\n` +
            `where runid = ${runid} and status = '${row["status"]}';`,
        }];
      }
      if (Number(row["seconds"] ?? 0) < patience.stuck_after) return [];
      return [{
        ...about,
        kind: "stuck",
        message: `run ${runid} has been running for ${minutes} minutes`,
        repair:
          `select pid, wait_event_type, wait_event, query from pg_stat_activity where pid = ${row["job_pid"]};\n` +
          `-- to end it: select pg_cancel_backend(${row["job_pid"]});`,
      }];
    });
  },
};
