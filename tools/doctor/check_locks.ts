import type { Check } from "./check.ts";

/** Refreshes that wait for each other at this moment. */
export const locks: Check = {
  name: "locks",
  kinds: ["lock_wait"],
  needs: "anything",
  async run({ session, patience }) {
    const rows = await session`
      select c.oid::regclass::text as view, a.pid, extract(epoch from clock_timestamp() - a.query_start)::integer as seconds,
        (pg_blocking_pids(a.pid))[1] as blocked_by
      from pg_locks as l
      join pg_class as c on c.oid = l.relation and c.relkind = 'm'
      join pg_stat_activity as a on a.pid = l.pid
      where not l.granted and l.mode in ('ExclusiveLock', 'AccessExclusiveLock')
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
  },
};
