import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** Refreshes that wait for each other now, and views whose refreshes are blocked. */
export const locks: Check = {
  name: "locks",
  kinds: ["lock_wait"],
  needs: "anything",
  run: async (patient) => [...(await waiting(patient)), ...(await keptOut(patient))],
};

async function waiting({ session, has_freshet, patience }: Patient): Promise<Finding[]> {
  // The refresh of an incremental view writes to a table; other refreshes lock the whole view.
  const isRefresh = has_freshet
    ? session`case when c.relkind = 'm' then l.mode in ('ExclusiveLock', 'AccessExclusiveLock')
        else l.mode = 'RowExclusiveLock' and c.relnamespace = 'analytics'::regnamespace
          and c.relname in (select i.view_name from analytics.incremental_views as i) end`
    : session`c.relkind = 'm' and l.mode in ('ExclusiveLock', 'AccessExclusiveLock')`;
  const rows = await session`
      select c.oid::regclass::text as view, a.pid, extract(epoch from clock_timestamp() - a.query_start)::integer as seconds,
        (pg_blocking_pids(a.pid))[1] as blocked_by
      from pg_locks as l
      join pg_class as c on c.oid = l.relation and c.relkind in ('m', 'r')
      join pg_stat_activity as a on a.pid = l.pid
      where not l.granted and ${isRefresh}
        and a.query_start < clock_timestamp() - make_interval(secs => ${patience.lock_wait_after})`;
  return rows.map((row) => ({
    kind: "lock_wait" as const,
    subject: String(row["view"]),
    view: String(row["view"]),
    message: `a refresh of it (process ${row["pid"]}) has been waiting for ${row["seconds"]} s behind process ${
      row["blocked_by"]
    }`,
    repair:
      `select pid, state, query_start, query from pg_stat_activity where pid in (${row["pid"]}, ${
        row["blocked_by"]
      });\n` +
      `-- to end the one that waits: select pg_cancel_backend(${row["pid"]});`,
  }));
}

/**
 * Any role may take the advisory lock of Freshet's refreshes: while it is held, each refresh is skipped without a
 * failure.
 */
async function keptOut({ session, has_freshet }: Patient): Promise<Finding[]> {
  if (!has_freshet) return [];
  const rows = await session`
    with locks as materialized (
      select l.pid, (l.classid::bigint << 32) | l.objid::bigint as key
      from pg_locks as l
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select d.oid from pg_database as d where d.datname = current_database())
    )
    select v.view_name as view, l.pid, a.usename as role,
      extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.state_change))::integer as seconds
    from analytics.views as v
    join locks as l on l.key = hashtextextended('freshet.refresh:' || v.view_name, 0)
    join pg_stat_activity as a on a.pid = l.pid
    where coalesce(a.xact_start, a.state_change) < clock_timestamp() - v.statement_timeout`;
  return rows.map(({ view, pid, role, seconds }) => ({
    kind: "lock_wait" as const,
    subject: String(view),
    view: String(view),
    message:
      `process ${pid} of role "${role}" has held the advisory lock of its refreshes for ${seconds} s: each is skipped as busy`,
    repair: `select pid, usename, state, xact_start, query from pg_stat_activity where pid = ${pid};\n` +
      `-- a session keeps such a lock until it ends: select pg_terminate_backend(${pid});`,
  }));
}
