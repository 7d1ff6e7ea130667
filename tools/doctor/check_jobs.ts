import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Job, Patient } from "./patient.ts";

/** What can be told from the list of jobs alone. */
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

function duplicated({ jobs }: Patient): Finding[] {
  const active = jobs.filter((job) => job.active);
  const first = new Map<string, Job>();
  return active.flatMap((job) => {
    const fingerprint = JSON.stringify([job.schedule, job.command.replace(/\s+/g, " ").trim(), job.database]);
    const named = [...first.values()].find((earlier) => earlier.name === job.name);
    const earlier = named ?? first.get(fingerprint);
    if (earlier === undefined) {
      first.set(fingerprint, job);
      return [];
    }
    const message = named === undefined
      ? `it does what job "${earlier.name}" does, at the same times`
      : `jobs ${earlier.jobid} (of ${earlier.username}) and ${job.jobid} (of ${job.username}) have this one name`;
    return [{
      kind: "duplicated" as const,
      subject: job.name,
      job: job.name,
      schedule: job.schedule,
      message,
      repair: `select cron.unschedule(${job.jobid});`,
    }];
  });
}

const PROJECT_HOST = /https?:\/\/([a-z]{20})\.(?:functions\.)?supabase\.(?:co|in|net)\b/g;

/** After a restore or a clone, jobs go on calling the project that they came from. */
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
