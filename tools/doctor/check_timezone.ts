import type { Check } from "./check.ts";

const GMT = /^(?:(?:etc\/)?(?:gmt|utc|uct|zulu)|universal|greenwich|gmt0)$/i;

/**
 * pg_cron supports cron.timezone since 1.5; before, PostgreSQL accepts the setting and nothing uses it (pg_cron#238).
 */
export const timezone: Check = {
  name: "time zone",
  kinds: ["timezone_ignored"],
  async run({ session, cron_version }) {
    // If the extension knows the setting, pg_settings shows it, or this role may not read it at all.
    const [row] = await session.savepoint((inner) =>
      inner`
        select current_setting('cron.timezone', true) as setting
        where not exists (select from pg_settings as s where s.name = 'cron.timezone')`
    ).catch(() => []);
    const setting = String(row?.["setting"] ?? "");
    if (setting === "" || GMT.test(setting)) return [];
    return [{
      kind: "timezone_ignored",
      subject: "cron.timezone",
      message: `cron.timezone is ${setting}, and pg_cron ${cron_version} knows no such setting: jobs run by GMT`,
      repair: "select jobid, jobname, schedule from cron.job order by jobname;\n" +
        "-- write these schedules in GMT, or upgrade pg_cron to 1.5 or later and restart PostgreSQL",
    }];
  },
};
