import type { Check } from "./check.ts";
import { isReadOnly } from "./check_read_only.ts";
import type { Finding } from "./finding.ts";
import type { Session } from "./read_only.ts";

/** The audit's limit too: a hundred jobs that run each minute for two weeks. */
const MOST_RUNS = 2_000_000;
const MOST_MEGABYTES = 2_048;

/** pg_cron itself: whether it runs, and whether its history is recorded and of a readable size. */
export const scheduler: Check = {
  name: "scheduler",
  kinds: ["scheduler_gone", "history_off", "history_bloat"],
  async run({ session, jobs, sees_processes, is_replica }) {
    // On a standby no scheduler runs, which is normal.
    if (is_replica) return [];
    const is_running = await lookForScheduler(session);
    if (!is_running && !sees_processes) {
      throw new Error("without pg_read_all_stats this role may not see whether the scheduler runs");
    }
    const [row] = await session`
      select
        (select s.setting from pg_settings as s where s.name = 'shared_preload_libraries') ~ '\\mpg_cron\\M' as is_loaded,
        coalesce((select s.setting from pg_settings as s where s.name = 'cron.log_run'), 'on') as log_run,
        (select s.setting from pg_settings as s where s.name = 'cron.launch_active_jobs') as launches,
        (
          select max(n.runid) - (select o.runid from cron.job_run_details as o order by o.runid offset 100 limit 1)
          from cron.job_run_details as n
        )::float8 as run_count,
        pg_total_relation_size('cron.job_run_details')::float8 as history_bytes,
        (select d.start_time from cron.job_run_details as d where d.start_time is not null order by d.runid limit 1) as oldest`;
    const found: Finding[] = [];
    if (!is_running || row?.["launches"] === "off") {
      found.push({
        kind: "scheduler_gone",
        subject: "pg_cron",
        message: row?.["is_loaded"] === false
          ? "pg_cron is not in shared_preload_libraries: no job runs"
          : !is_running
          ? "its scheduler process is gone: no job runs, and nothing is recorded"
          : "cron.launch_active_jobs is off: no job runs",
        repair: is_running
          ? "alter system set cron.launch_active_jobs = on; select pg_reload_conf();"
          : await isReadOnly({ session })
          ? "-- transactions are read-only by default, so that it cannot write its history and dies at each start: mend that, and it\n" +
            "-- comes back by itself (read_only above)"
          : "-- jobs of dropped owners first: without them a scheduler that crashes on them comes back by itself\n" +
            "select j.jobid, j.jobname, j.username from cron.job as j\n" +
            "where not exists (select from pg_roles as r where r.rolname = j.username);\n" +
            "-- else restart PostgreSQL: before 1.6.1 nothing else starts it again",
      });
    }
    if (row?.["log_run"] !== "on") {
      found.push({
        kind: "history_off",
        subject: "cron.log_run",
        message: `cron.log_run is ${
          row?.["log_run"]
        }: no run is recorded, so none of ${jobs.length} jobs can be seen to fail`,
        repair: "alter system set cron.log_run = on; -- needs a restart of PostgreSQL",
      });
    }
    const megabytes = Number(row?.["history_bytes"]) / 1_048_576;
    const runs = Number(row?.["run_count"] ?? 0);
    if (runs > MOST_RUNS || megabytes > MOST_MEGABYTES) {
      const since = row?.["oldest"] instanceof Date ? `, since ${row["oldest"].toISOString().slice(0, 10)}` : "";
      found.push({
        kind: "history_bloat",
        subject: "cron.job_run_details",
        message: `the history holds about ${runs} runs${since}, in ${
          megabytes.toFixed(0)
        } MB, and pg_cron never deletes any of it`,
        repair: "delete from cron.job_run_details where runid in (\n" +
          "    select runid from cron.job_run_details where end_time < now() - interval '14 days' order by runid limit 50000\n" +
          "); -- until it deletes nothing; then: vacuum cron.job_run_details;",
      });
    }
    return found;
  },
};

/** Looks for the scheduler's process more than once: PostgreSQL restarts it a second after it died. */
async function lookForScheduler(session: Session): Promise<boolean> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const [row] = await session`
      select exists (
        select from pg_stat_activity as a
        where a.application_name = 'pg_cron scheduler' or a.backend_type = 'pg_cron launcher'
      ) as is_running`;
    if (row?.["is_running"] === true) return true;
    await session`select pg_sleep(0.5), pg_stat_clear_snapshot()`;
  }
  return false;
}
