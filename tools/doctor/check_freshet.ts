import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

const DECLARED = ["missing", "renamed", "edited", "undeclared"] as const;

/** If Freshet is installed: declarations that do not hold, and whether the audit runs. */
export const freshet: Check = {
  name: "freshet",
  kinds: ["blind", ...DECLARED, "stale"],
  needs: "freshet",
  run: async (patient) => [
    ...(await declarations(patient)),
    ...(await staleViews(patient)),
    ...(await oldAudit(patient)),
  ],
};

/** Findings of the audit's own functions: they identify jobs by name and owner, and recognise a renamed job. */
async function declarations({ session }: Patient): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const kind of DECLARED) {
    const finder = `freshet.find_${kind}_jobs()`;
    // The installed version may be older than this doctor and lack the function.
    const [known] = await session`select to_regprocedure(${finder}) is not null as is_there`;
    if (known?.["is_there"] !== true) continue;
    const rows = await session.unsafe(`select f.subject, f.evidence from ${finder} as f order by f.subject`);
    for (const { subject, evidence } of rows) {
      found.push({
        kind,
        subject: String(subject),
        job: String(subject),
        ...(evidence.jobid === undefined ? {} : { jobid: Number(evidence.jobid) }),
        ...(evidence.owner === undefined ? {} : { owner: String(evidence.owner) }),
        ...(evidence.renamed_to === undefined ? {} : { renamed_to: String(evidence.renamed_to) }),
        schedule: String(evidence.schedule),
        message: String(evidence.message),
        repair: null,
      });
    }
  }
  return found;
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
