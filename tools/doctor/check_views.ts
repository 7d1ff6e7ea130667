import type { Row } from "postgres";
import type { Check } from "./check.ts";
import { type Finding, literal } from "./finding.ts";
import type { Job, Patient } from "./patient.ts";
import { isDynamicRefresh, type Refresh, refreshesIn } from "./refreshes.ts";
import { textsOf } from "./texts.ts";

interface View {
  readonly name: string;
  readonly relation: string;
  readonly owner: string;
  readonly has_key: boolean;
  readonly is_populated: boolean;
  readonly is_registered: boolean;
}

/** A refresh by a job, and the role that runs it. */
interface Deed {
  readonly job: Job;
  readonly role: string;
  readonly refresh: Refresh;
}

/**
 * Faults of materialized views: those that no job refreshes, and those whose job cannot or should not refresh them so.
 */
export const views: Check = {
  name: "views",
  kinds: ["unrefreshed", "refresh_denied", "locking_refresh"],
  async run(patient) {
    const all = await readViews(patient);
    const deeds: Deed[] = [];
    let is_dynamic = false;
    for (const job of patient.jobs.filter((one) => one.active && one.database === patient.database)) {
      for (const { text, role } of await textsOf(patient, job)) {
        is_dynamic ||= isDynamicRefresh(text);
        deeds.push(...refreshesIn(text).map((refresh) => ({ job, role, refresh })));
      }
    }
    return [
      // If a job builds its refreshes at run time, the views are unknown.
      ...(is_dynamic ? [] : await unrefreshed(patient, all, deeds)),
      ...(await denied(patient, all, deeds)),
      ...locking(all, deeds),
    ];
  },
};

async function readViews({ session, has_freshet }: Patient): Promise<View[]> {
  const registered = has_freshet
    ? session`n.nspname = 'analytics' and c.relname in (select v.view_name from analytics.views as v)`
    : session`false`;
  const rows = await session`
    select n.nspname || '.' || c.relname as name, format('%I.%I', n.nspname, c.relname) as relation,
      pg_get_userbyid(c.relowner) as owner, c.relispopulated as is_populated, ${registered} as is_registered,
      exists (
        select from pg_index as i
        where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
          and not (0 = any (i.indkey::int2[]))
      ) as has_key
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'm'
      and n.nspname !~ '^(pg_|_realtime|supabase_)'
      and n.nspname not in ('information_schema', 'auth', 'storage', 'realtime', 'extensions', 'graphql', 'graphql_public',
        'vault', 'cron', 'net', 'pgbouncer', 'pgsodium')
      and not exists (
        select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by 1`;
  return rows.map((row: Row) => ({
    name: String(row["name"]),
    relation: String(row["relation"]),
    owner: String(row["owner"]),
    has_key: row["has_key"] === true,
    is_populated: row["is_populated"] === true,
    is_registered: row["is_registered"] === true,
  }));
}

async function unrefreshed(patient: Patient, all: readonly View[], deeds: readonly Deed[]): Promise<Finding[]> {
  const { session, has_freshet } = patient;
  const rows = await session`
    select distinct p.prosrc as text from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid
    where not t.tgisinternal and t.tgenabled <> 'D' and p.prosrc ~* '\\mrefresh\\s+materialized\\s+view\\M'`;
  const triggers = rows.map((row) => String(row["text"]));
  if (triggers.some(isDynamicRefresh)) return [];
  const left = has_freshet
    ? (await session`select u.view_name from analytics.unwatched_views as u`).map((row) => String(row["view_name"]))
    : [];
  const done = [...deeds.map(({ refresh }) => refresh), ...triggers.flatMap(refreshesIn)];
  const forgotten = all.filter((view) =>
    !view.is_registered && !left.includes(view.name) && !done.some((refresh) => isOf(refresh, view))
  );
  if (forgotten.length === 0) return [];
  const names = forgotten.map(({ name }) => name);
  const shown = names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "");
  return [{
    kind: "unrefreshed",
    subject: "materialized views",
    message: `no job refreshes ${
      names.length === 1 ? "this materialized view" : `${names.length} materialized views`
    }: ${shown}`,
    repair: forgotten.map(({ name, relation, has_key, is_populated }) =>
      // Not refresh-<view>: that name belongs to the jobs of views registered with Freshet.
      `select cron.schedule(${literal(`refresh ${name}`.slice(0, 63))}, '*/30 * * * *', ` +
      `$$set statement_timeout = '10min'; set lock_timeout = '5s'; refresh materialized view ${
        has_key && is_populated ? "concurrently " : ""
      }${relation}$$);`
    ).join("\n"),
  }];
}

async function denied({ session }: Patient, all: readonly View[], deeds: readonly Deed[]): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  for (const { job, role, refresh } of deeds) {
    const meant = all.filter((view) => isOf(refresh, view));
    const [view] = meant;
    // A command may change its role before the refresh.
    if (
      view === undefined || meant.length > 1 ||
      /\bset\s+(?:session\s+|local\s+)?(?:role|session\s+authorization)\b/i.test(job.command)
    ) continue;
    const [row] = await session`
      select pg_has_role(r.oid, c.relowner, 'usage')
        or (current_setting('server_version_num')::integer >= 170000 and has_table_privilege(r.oid, c.oid,
          case when current_setting('server_version_num')::integer >= 170000 then 'maintain' else 'select' end)) as may
      from pg_roles as r, pg_class as c
      where r.rolname = ${role} and c.oid = ${view.relation}::regclass`;
    if (row === undefined || row["may"] === true) continue;
    found.set(view.name, {
      kind: "refresh_denied",
      subject: view.name,
      view: view.name,
      job: job.name,
      schedule: job.schedule,
      message: `job "${job.name}" refreshes it as role "${role}", and it belongs to role "${view.owner}"`,
      repair: `grant "${view.owner.replaceAll('"', '""')}" to "${
        role.replaceAll('"', '""')
      }"; -- or schedule the job as its owner`,
    });
  }
  return [...found.values()];
}

function locking(all: readonly View[], deeds: readonly Deed[]): Finding[] {
  const jobs = Map.groupBy(deeds, ({ job }) => job);
  return [...jobs].flatMap(([job, ofJob]) => {
    const locked = all.filter((view) => {
      const refreshes = ofJob.map(({ refresh }) => refresh).filter((refresh) => isOf(refresh, view));
      // A job that refreshes both ways does so on purpose.
      return view.has_key && view.is_populated && refreshes.length > 0 &&
        refreshes.every(({ is_concurrent, is_emptying }) => !is_concurrent && !is_emptying);
    });
    if (locked.length === 0) return [];
    return [{
      kind: "locking_refresh" as const,
      subject: job.name,
      job: job.name,
      schedule: job.schedule,
      message: `it refreshes ${
        locked.map(({ name }) => name).join(", ")
      } so that every reader waits until it has ended; a unique index would allow a concurrent refresh`,
      repair: `select cron.alter_job(jobid, command := regexp_replace(command, ` +
        `'(refresh\\s+materialized\\s+view)\\s+(?!concurrently)', '\\1 concurrently ', 'gi'))\n` +
        `from cron.job where jobid = ${job.jobid}; -- where a function refreshes it, change that`,
    }];
  });
}

/** Whether a refresh may be of this view: a name without a schema matches the views of that name in every schema. */
function isOf({ view }: Refresh, { name }: View): boolean {
  const parts = [...view.matchAll(/"[^"]+"|[^.]+/g)].map(([part]) =>
    part.startsWith('"') ? part.slice(1, -1) : part.toLowerCase()
  );
  return parts.length > 1 ? name === parts.join(".") : name.slice(name.indexOf(".") + 1) === parts[0];
}
