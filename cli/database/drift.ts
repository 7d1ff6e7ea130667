import { readOnly, type Session } from "../../tools/doctor/read_only.ts";
import type { Manifest } from "../manifest.ts";
import { functionsOf, migrationsOf, type Selection } from "../selection.ts";
import { fingerprintsIn } from "./functions.ts";

/** Where a database is not as the manifest has it: a sentence for each. */
export function driftOfDatabase(url: string, manifest: Manifest, selection: Selection): Promise<readonly string[]> {
  return readOnly(url, async (session) => {
    const pending = await pendingMigrations(session, manifest, selection);
    if (pending.length > 0) return [`${firstOf(pending)} not applied: npx supabase db push`];
    return [...await driftOfFunctions(session, functionsOf(manifest, selection)), ...await driftOfJobs(session)];
  });
}

/** A subject for a sentence about migrations. */
export function firstOf([first, ...more]: readonly string[]): string {
  return more.length === 0 ? `migration ${first} is` : `migration ${first} and ${more.length} more are`;
}

/** By the names in the CLI's history: a project's dates are its own. */
async function pendingMigrations(session: Session, manifest: Manifest, selection: Selection): Promise<string[]> {
  const [history] = await session`select to_regclass('supabase_migrations.schema_migrations') is not null as is_there`;
  const rows = history?.["is_there"] === true
    ? await session`select name from supabase_migrations.schema_migrations where name is not null`
    : [];
  const applied = new Set(rows.map((row) => String(row["name"])));
  return migrationsOf(manifest, selection).map(({ name }) => name).filter((name) => !applied.has(name));
}

async function driftOfFunctions(session: Session, wanted: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  const found = await fingerprintsIn(session, [...wanted.keys()]);
  return [...wanted].flatMap(([name, prints]) => {
    const present = found.get(name);
    if (present === undefined) return [`function ${name} is gone`];
    return JSON.stringify(present) === JSON.stringify(prints) ? [] : [`function ${name} is not as this version has it`];
  });
}

/** Against what is declared, as the audit compares them. */
async function driftOfJobs(session: Session): Promise<string[]> {
  const rows = await session`
    select d.job_name,
      case
        when j.jobid is null then 'is gone'
        when not j.active then 'is not active'
        when j.schedule <> d.schedule then 'has another schedule'
        else 'has another command'
      end as what
    from analytics.scheduled_jobs as d
    left join cron.job as j on j.jobname = coalesce(d.cron_name, d.job_name) and j.username = d.owner
    where j.jobid is null or not j.active or j.schedule <> d.schedule or j.command <> d.command
    order by d.job_name`;
  return rows.map((row) => `job ${row["job_name"]} ${row["what"]}`);
}
