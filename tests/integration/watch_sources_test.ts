// A partition that appears while another session writes to it: what was not logged is never lost.
import { deepEqual, equal } from "node:assert/strict";
import type postgres from "postgres";
import { withConnections } from "../support/rigs/test_database.ts";

const VIEW = "mv_probe_split";

async function refresh(sql: postgres.Sql): Promise<unknown> {
  const [row] = await sql`select outcome from analytics.refresh_view(${VIEW})`;
  return row?.["outcome"];
}

async function idsOfTheView(sql: postgres.Sql): Promise<unknown[]> {
  return (await sql.unsafe(`select id from analytics.${VIEW} order by id`)).map(({ id }) => id);
}

Deno.test("a write to a new partition that was open while it could not be watched is in the view after its commit", () =>
  withConnections(2, async ([sql, writer]) => {
    if (sql === undefined || writer === undefined) throw new Error("two connections");
    await sql.unsafe(`
      create table public.probe_split (id integer) partition by range (id);
      create table public.probe_split_old partition of public.probe_split for values from (0) to (100);
      create materialized view analytics.${VIEW} as select id from public.probe_split with no data;
      create unique index ${VIEW}_key on analytics.${VIEW} (id);
      select analytics.register_view('${VIEW}', 'probe', '0 0 1 1 *', '1 hour');
      select analytics.refresh_view('${VIEW}');
      create table public.probe_split_new partition of public.probe_split for values from (100) to (200);
      create table public.probe_split_last partition of public.probe_split for values from (200) to (300);
    `).simple();
    try {
      await writer`begin`;
      await writer`insert into public.probe_split_new values (100)`;
      await sql`select freshet.watch_sources()`;
      const open = await sql`select relation::text from freshet.watch_gaps()`;
      deepEqual(open.map(({ relation }) => relation), ["probe_split_new"], "the writer holds up no other table");
      equal(await refresh(sql), "refreshed");
      deepEqual(await idsOfTheView(sql), []);
      await writer`commit`;
      equal(await refresh(sql), "refreshed", "what is not watched counts as changed");
      deepEqual(await idsOfTheView(sql), [100]);

      await sql`select freshet.watch_sources()`;
      equal(await refresh(sql), "refreshed", "so does what is watched from now on");
      equal(await refresh(sql), "skipped_clean");
      await writer`insert into public.probe_split_new values (101)`;
      equal(await refresh(sql), "refreshed");
      deepEqual(await idsOfTheView(sql), [100, 101]);
    } finally {
      await writer`rollback`;
      await sql.unsafe(`
        select analytics.unregister_view('${VIEW}');
        drop materialized view analytics.${VIEW};
        delete from analytics.refresh_log where view_name = '${VIEW}';
        drop table public.probe_split`).simple();
    }
  }));
