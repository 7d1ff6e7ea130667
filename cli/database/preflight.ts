import type { Preflight } from "../preflight.ts";
import { areaOf } from "../preflight.ts";
import type { Package } from "../package_files.ts";
import { namesOutside } from "../own_migrations.ts";
import type { Project } from "../project.ts";
import type { Selection } from "../selection.ts";
import { readOnly, type Session } from "../../tools/doctor/read_only.ts";

const EXTENSIONS = ["pg_cron", "pg_net", "supabase_vault", "pgcrypto"];

export interface Asked {
  readonly project: Project;
  readonly source: Package;
  readonly selection: Selection;
}

/** What the database says, read only. */
export function preflightDatabase(url: string, { project, source, selection }: Asked): Promise<Preflight> {
  return readOnly(url, async (session) => {
    const problems: string[] = [];
    const notes: string[] = [];
    const [server] = await session`
      select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
        to_regclass('freshet.found_before') is not null as is_here, to_regnamespace('freshet') is not null as has_freshet,
        to_regnamespace('analytics') is not null as has_analytics`;
    notes.push(`PostgreSQL ${server?.["version"]}`);
    if (Number(server?.["number"]) < 150_000) {
      problems.push(`PostgreSQL ${server?.["version"]}: Freshet needs 15 or newer`);
    }
    if (server?.["is_here"] !== true) {
      for (const schema of ["analytics", "freshet"]) {
        if (server?.[`has_${schema}`] === true) {
          problems.push(`the database has a schema "${schema}", which is the name of one of ours: rename yours`);
        }
      }
      problems.push(...await collisions(session, source, selection));
    }
    problems.push(...await unknownMigrations(session, project));
    problems.push(...await extensionsLacking(session, notes));
    notes.push(await jobs(session));
    const [exposed] = await session`
      select s.setting from pg_catalog.pg_db_role_setting as r, unnest(r.setconfig) as s (setting)
      where r.setrole = to_regrole('authenticator') and s.setting like 'pgrst.db_schemas=%'`;
    if (exposed !== undefined) {
      notes.push(`exposed by the data API now: ${String(exposed["setting"]).replace(/^.*?=/, "")}`);
    }
    return { problems, notes };
  });
}

/** The CLI would refuse ours: they may be dated before one that was applied, and a history that differs is not pushed to. */
async function unknownMigrations(session: Session, { migrations }: Project): Promise<string[]> {
  const [history] = await session`select to_regclass('supabase_migrations.schema_migrations') is not null as is_there`;
  if (history?.["is_there"] !== true) return [];
  const known = migrations.map(({ version }) => version);
  const rows = await session`
    select max(m.version) as version from supabase_migrations.schema_migrations as m where not m.version = any (${known})`;
  const version = rows[0]?.["version"] ?? null;
  if (version === null) return [];
  return [`the database has migration ${version}, which this folder lacks: npx supabase migration fetch`];
}

async function collisions(session: Session, source: Package, selection: Selection): Promise<string[]> {
  const names = namesOutside(source.manifest, selection);
  const rows = await session`
    select t.name from unnest(${[...names]}::text[]) as t (name)
    where to_regclass(t.name) is not null or to_regtype(t.name) is not null or exists (
      select from pg_catalog.pg_proc as p
      where p.pronamespace = to_regnamespace(split_part(t.name, '.', 1)) and p.proname = split_part(t.name, '.', 2)
    )`;
  return rows.map(({ name }) => `the database has ${name}, which ${areaOf(source, name)} would make: leave that out`);
}

async function extensionsLacking(session: Session, notes: string[]): Promise<string[]> {
  const rows = await session`
    select a.name, a.installed_version is not null as is_installed, e.extnamespace::regnamespace::text as schema
    from pg_catalog.pg_available_extensions as a
    left join pg_catalog.pg_extension as e on e.extname = a.name
    where a.name = any (${EXTENSIONS})`;
  const found = new Map(rows.map((row) => [String(row["name"]), row]));
  const installed = await session`select extname from pg_catalog.pg_extension where extname = any (${EXTENSIONS})`;
  const has = new Set(installed.map(({ extname }) => extname));
  const made = EXTENSIONS.filter((name) => !has.has(name) && found.has(name));
  if (made.length > 0) notes.push(`extensions that the migrations enable: ${made.join(", ")}`);
  const problems = EXTENSIONS.filter((name) => !has.has(name) && !found.has(name))
    .map((name) => `extension ${name} is not available here`);
  const place = found.get("pgcrypto")?.["schema"];
  if (typeof place === "string" && place !== "extensions") {
    problems.push(`extension pgcrypto is in schema "${place}": alter extension pgcrypto set schema extensions`);
  }
  return problems;
}

async function jobs(session: Session): Promise<string> {
  const [there] = await session`select to_regclass('cron.job') is not null as has_cron`;
  if (there?.["has_cron"] !== true) return "no job of pg_cron yet";
  const rows = await session.savepoint((inner) => inner`select jobname from cron.job order by jobid`)
    .catch(() => null);
  if (rows === null) return "jobs of pg_cron: this role may not see them";
  if (rows.length === 0) return "no job of pg_cron yet";
  const names = rows.map(({ jobname }) => String(jobname ?? "without a name"));
  return `${rows.length} jobs of pg_cron (${names.slice(0, 5).join(", ")}${rows.length > 5 ? ", …" : ""}): ` +
    "watch them with select analytics.adopt_all_jobs()";
}
