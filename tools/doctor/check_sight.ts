import type { Check } from "./check.ts";
import type { Patient } from "./patient.ts";

/** Whether the doctor can see the jobs at all: an empty list does not mean that nothing is wrong. */
export const sight: Check = {
  name: "sight",
  kinds: ["blind"],
  needs: "anything",
  run(patient) {
    const reason = whyBlind(patient);
    if (reason === null) return [];
    return [{ kind: "blind", subject: "pg_cron", ...reason }];
  },
};

function whyBlind(patient: Patient): { message: string; repair: string | null } | null {
  const { cron_version, cron_database, database, user, sees_all_jobs } = patient;
  if (cron_version === null) {
    const elsewhere = cron_database !== null && cron_database !== database;
    return {
      message: elsewhere
        ? `database "${database}" has no pg_cron: on this server it lives in database "${cron_database}"`
        : `database "${database}" has no pg_cron`,
      repair: elsewhere
        ? `-- connect to database "${cron_database}" and look there`
        : "create extension pg_cron; -- needs shared_preload_libraries = 'pg_cron'",
    };
  }
  if (!patient.reads_cron) {
    return {
      message: `role "${user}" may not read cron.job and cron.job_run_details`,
      repair: `grant usage on schema cron to "${user}"; grant select on cron.job, cron.job_run_details to "${user}";`,
    };
  }
  if (sees_all_jobs) return null;
  return {
    message: `role "${user}" sees its own jobs only: row security hides all others, without an error`,
    repair: `-- as a superuser, or connect as a role that may:\nalter role "${user}" bypassrls;`,
  };
}
