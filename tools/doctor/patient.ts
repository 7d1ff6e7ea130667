import type { Session } from "./read_only.ts";

/** One job in cron.job. */
export interface Job {
  readonly jobid: number;
  /** jobname; jobid:<n> for a job without a name. */
  readonly name: string;
  readonly schedule: string;
  readonly command: string;
  readonly active: boolean;
  readonly username: string;
  readonly database: string;
  readonly nodename: string;
  readonly nodeport: number;
}

/** How long a state may last before it counts as a fault, in seconds. */
export interface Patience {
  readonly stuck_after: number;
  readonly lock_wait_after: number;
}

export const PATIENCE: Patience = { stuck_after: 3_600, lock_wait_after: 60 };

/** The database that the doctor examines, as one transaction sees it. */
export interface Patient {
  readonly session: Session;
  /** The database's time, in milliseconds since the epoch. */
  readonly now: number;
  readonly server_version: string;
  /** The extension's version; null if this database does not have it. */
  readonly cron_version: string | null;
  /** Whether this role may read jobs and runs. */
  readonly reads_cron: boolean;
  readonly cron_database: string | null;
  readonly database: string;
  readonly user: string;
  /** Whether this role sees the jobs and runs of other roles, which row level security normally hides. */
  readonly sees_all_jobs: boolean;
  /** Whether this role sees what other roles' processes are. */
  readonly sees_processes: boolean;
  readonly timezone: string;
  readonly matches_both_days: boolean;
  readonly has_freshet: boolean;
  readonly has_net: boolean;
  /** Whether the server is a standby or in recovery: nothing is written and no job runs. */
  readonly is_replica: boolean;
  /** The ref of the Supabase project in the URL; null for another kind of server. */
  readonly project: string | null;
  readonly jobs: readonly Job[];
  readonly patience: Patience;
}

/**
 * Gathers the data that most checks need. Reads only catalogs and cron.job, and settings from pg_settings, which hides
 * the settings that the role may not see; current_setting() would fail on them.
 */
export async function survey(session: Session, url: string): Promise<Patient> {
  const [row] = await session`
    -- From the catalog: to_regclass() fails on a schema that the role may not use.
    with relations (name) as (
      select n.nspname || '.' || c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname in ('cron', 'net', 'analytics')
    )
    select
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      split_part(current_setting('server_version'), ' ', 1) as server_version,
      case when 'cron.job' in (table relations)
        then coalesce((select extversion from pg_extension where extname = 'pg_cron'), 'unknown')
      end as cron_version,
      coalesce((
        select bool_and(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cron' and c.relname in ('job', 'job_run_details')
      ), false) as reads_cron,
      (select s.setting from pg_settings as s where s.name = 'cron.database_name') as cron_database,
      current_database() as database,
      current_user as user,
      (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as sees_all_jobs,
      pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_processes,
      coalesce(nullif((select s.setting from pg_settings as s where s.name = 'cron.timezone'), ''), 'GMT') as timezone,
      coalesce((select s.setting from pg_settings as s where s.name = 'cron.match_dom_and_dow') = 'on', false) as matches_both_days,
      'analytics.audit_state' in (table relations) as has_freshet,
      exists (
        select from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'freshet' and p.proname = 'known_cron_jobs' and pg_has_role(p.proowner, 'usage')
      ) as has_names,
      'net._http_response' in (table relations) as has_net,
      pg_is_in_recovery() as is_replica`;
  const cron_version: string | null = row?.["cron_version"] ?? null;
  const reads_cron = row?.["reads_cron"] === true;
  return {
    session,
    now: Number(row?.["now"]),
    server_version: String(row?.["server_version"]),
    cron_version,
    cron_database: row?.["cron_database"] ?? null,
    database: String(row?.["database"]),
    user: String(row?.["user"]),
    sees_all_jobs: row?.["sees_all_jobs"] === true,
    sees_processes: row?.["sees_processes"] === true,
    timezone: String(row?.["timezone"]),
    matches_both_days: row?.["matches_both_days"] === true,
    has_freshet: row?.["has_freshet"] === true,
    has_net: row?.["has_net"] === true,
    is_replica: row?.["is_replica"] === true,
    project: projectOf(url),
    reads_cron,
    jobs: reads_cron ? await readJobs(session, row?.["has_names"] === true) : [],
    patience: PATIENCE,
  };
}

/** The jobs, with the audit's names if it is installed: pg_cron allows two owners to have jobs of the same name. */
async function readJobs(session: Session, has_names: boolean): Promise<Job[]> {
  const known = has_names
    ? session`select jobid, min(job_name) as name from freshet.known_cron_jobs() group by jobid`
    : session`select null::bigint as jobid, null::text as name where false`;
  return await session<Job[]>`
    select j.jobid::float8 as jobid, coalesce(k.name, j.jobname::text, 'jobid:' || j.jobid) as name, j.schedule, j.command,
      j.active, j.username, j.database, j.nodename, j.nodeport
    from cron.job as j
    left join (${known}) as k on k.jobid = j.jobid
    order by j.jobid`;
}

/**
 * The ref of a Supabase project, from its database's URL: host db.<ref>.supabase.co, or user postgres.<ref> at a
 * pooler.
 *
 * @example projectOf("postgresql://postgres.abcdefghijklmnopqrst@aws-0-eu-central-1.pooler.supabase.com/postgres")
 */
export function projectOf(url: string): string | null {
  const { hostname, username } = new URL(url);
  return /^db\.([a-z]{20})\.supabase\.co$/.exec(hostname)?.[1] ??
    (hostname.endsWith(".pooler.supabase.com") ? /^[^.]+\.([a-z]{20})$/.exec(username)?.[1] ?? null : null);
}
