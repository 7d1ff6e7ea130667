import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import { type Kind, KINDS } from "./kinds.ts";
import type { Patient } from "./patient.ts";

/** Where Freshet is installed: what was declared and does not hold, and whether the audit runs. */
export const freshet: Check = {
  name: "freshet",
  kinds: ["blind", "missing", "edited", "undeclared", "stale"],
  needs: "freshet",
  run: async (patient) => [
    ...(await declarations(patient)),
    ...(await staleViews(patient)),
    ...(await oldAudit(patient)),
  ],
};

async function declarations({ session }: Patient): Promise<Finding[]> {
  const rows = await session`
    select j.jobid::float8 as jobid, coalesce(d.job_name, j.jobname) as job, coalesce(d.schedule, j.schedule) as schedule,
      case
        when j.jobid is null then 'missing'
        when d.job_name is null then 'undeclared'
        else 'edited'
      end as kind,
      d.schedule as declared_schedule, j.schedule as actual_schedule
    from analytics.scheduled_jobs as d
    full join cron.job as j on j.jobname = d.job_name
    where j.jobid is null or d.job_name is null or d.schedule <> j.schedule or d.owner <> j.username or d.database <> j.database
      or d.command_fingerprint <> encode(sha256(convert_to(j.command, 'UTF8')), 'hex')`;
  const messages: Readonly<Record<string, string>> = {
    missing: "it is declared, and not scheduled",
    undeclared: "it is scheduled, and nobody declared it: the audit does not know what to expect of it",
    edited: "its schedule, command, owner or database is not the declared one",
  };
  return rows.flatMap((row) => {
    const kind = String(row["kind"]);
    const job = String(row["job"] ?? "");
    if (!isKind(kind) || job === "") return [];
    return [{
      kind,
      subject: job,
      job,
      ...(row["jobid"] === null ? {} : { jobid: Number(row["jobid"]) }),
      schedule: String(row["schedule"]),
      message: messages[kind] ?? kind,
      repair: null,
    }];
  });
}

async function staleViews({ session }: Patient): Promise<Finding[]> {
  const rows = await session`
    select v.view_name, v.job_name, v.schedule, extract(epoch from now() - v.verified_at)::integer as age,
      extract(epoch from v.stale_after)::integer as objective
    from analytics.views as v
    where now() - coalesce(v.verified_at, v.registered_at) > v.stale_after`;
  return rows.map((row) => ({
    kind: "stale",
    subject: String(row["view_name"]),
    view: String(row["view_name"]),
    job: String(row["job_name"]),
    schedule: String(row["schedule"]),
    message: row["age"] === null
      ? "it was never refreshed since it was registered"
      : `it was last verified ${row["age"]} s ago, and its objective is ${row["objective"]} s`,
    repair: null,
  }));
}

async function oldAudit({ session }: Patient): Promise<Finding[]> {
  const [row] = await session`
    select extract(epoch from now() - s.last_audit_at)::integer as age from analytics.audit_state as s`;
  const age: number | null = row?.["age"] ?? null;
  if (age !== null && age <= 900) return [];
  return [{
    kind: "blind",
    subject: "analytics-cron-audit",
    job: "analytics-cron-audit",
    message: age === null ? "no audit has run yet" : `the last audit is ${age} s old, and one is due every 300 s`,
    repair: null,
  }];
}

function isKind(text: string): text is Kind {
  return text in KINDS;
}
