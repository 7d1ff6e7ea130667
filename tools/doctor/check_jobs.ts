import { unscheduleDuplicates } from "../../shared/audit/repair_statements.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Job, Patient } from "./patient.ts";

/** Faults that show in the list of jobs alone. */
export const jobs: Check = {
  name: "jobs",
  kinds: ["inactive", "duplicated", "wrong_host"],
  run: (patient) => [...inactive(patient), ...duplicated(patient), ...foreignProjects(patient)],
};

function inactive({ jobs }: Patient): Finding[] {
  return jobs.filter((job) => !job.active).map(({ jobid, name, schedule }) => ({
    kind: "inactive",
    subject: name,
    job: name,
    schedule,
    message: "it is switched off: no slot of it runs, and none is recorded",
    repair: `select cron.alter_job(${jobid}, active := true); -- or: select cron.unschedule(${jobid});`,
  }));
}

/**
 * Jobs with the same work, under other names or owners: pg_cron identifies a job by name and owner, not by its work.
 */
function duplicated({ jobs }: Patient): Finding[] {
  const seen = new Map<string, Job[]>();
  return jobs.filter((job) => job.active).flatMap((job) => {
    const work = JSON.stringify([job.schedule, job.command.replace(/\s+/g, " ").trim(), job.database]);
    const earlier = seen.get(work) ?? [];
    seen.set(work, [...earlier, job]);
    const same = earlier.find((one) => one.username === job.username);
    const original = same ?? earlier[0];
    if (original === undefined) return [];
    const { jobid, username: owner } = job;
    return [{
      kind: "duplicated" as const,
      subject: job.name,
      job: job.name,
      schedule: job.schedule,
      message: same === undefined
        ? `it does what job ${original.jobid} ("${original.name}" of ${original.username}) does, at the same times, for ${owner}`
        : `it does what job "${original.name}" does, at the same times`,
      repair: same === undefined ? unscheduleDuplicates([], [{ jobid, owner }]) : unscheduleDuplicates([{ jobid }], []),
    }];
  });
}

const PROJECT_HOST = /https?:\/\/([a-z]{20})\.(?:functions\.)?supabase\.(?:co|in|net)\b/g;

/** Jobs that call another project: after a restore or a clone, they still call the project they came from. */
function foreignProjects({ jobs, project }: Patient): Finding[] {
  if (project === null) return [];
  return jobs.flatMap((job) => {
    const foreign = [...job.command.matchAll(PROJECT_HOST)].map((match) => match[1]).find((ref) => ref !== project);
    if (foreign === undefined) return [];
    return [{
      kind: "wrong_host" as const,
      subject: job.name,
      job: job.name,
      schedule: job.schedule,
      message: `it calls project ${foreign}, and this is the database of ${project}`,
      repair: `select cron.alter_job(jobid, command := replace(command, '${foreign}', '${project}'))\n` +
        `from cron.job where jobid = ${job.jobid};`,
    }];
  });
}
