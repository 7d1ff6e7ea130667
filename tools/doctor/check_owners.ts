import type { Check } from "./check.ts";
import { type Finding, literal } from "./finding.ts";

/** Whether each job can start: its owner and database exist, and its address is this server's. */
export const owners: Check = {
  name: "owners",
  kinds: ["orphan_owner", "wrong_host"],
  async run({ session, jobs }) {
    const rows = await session`
      select j.jobid::float8 as jobid,
        not exists (select from pg_roles r where r.rolname = j.username) as is_orphan,
        not exists (select from pg_database d where d.datname = j.database and d.datallowconn) as has_no_database,
        coalesce((select s.setting from pg_settings as s where s.name = 'cron.use_background_workers'), 'off') <> 'on'
          and j.nodeport <> current_setting('port')::integer as is_elsewhere
      from cron.job as j`;
    const states = new Map(rows.map((row) => [Number(row["jobid"]), row]));
    return jobs.flatMap(({ jobid, name, schedule, username, database, nodename, nodeport }): Finding[] => {
      const state = states.get(jobid);
      const about = { subject: name, job: name, schedule };
      if (state?.["is_orphan"] === true) {
        return [{
          ...about,
          kind: "orphan_owner",
          message: `its owner "${username}" does not exist: the scheduler crashes on it, and every job stops`,
          repair:
            `-- as a superuser; or give the job away: update cron.job set username = 'postgres' where jobid = ${jobid};\n` +
            `delete from cron.job where jobid = ${jobid};`,
        }];
      }
      if (state?.["has_no_database"] === true) {
        return [{
          ...about,
          kind: "wrong_host",
          message: `it runs in database "${database}", which does not exist or takes no connections`,
          repair: `select cron.alter_job(${jobid}, database := ${literal("postgres")});`,
        }];
      }
      if (state?.["is_elsewhere"] === true) {
        return [{
          ...about,
          kind: "wrong_host",
          message: `it connects to ${nodename}:${nodeport}, and this server listens elsewhere`,
          repair:
            `-- as a superuser\nupdate cron.job set nodeport = current_setting('port')::integer where jobid = ${jobid};`,
        }];
      }
      return [];
    });
  },
};
