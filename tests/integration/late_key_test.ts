// A write that is under way while a view comes or goes logs the keys of all views, and does not fail.
import { deepEqual, equal } from "node:assert/strict";
import type postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import { withConnections } from "../support/rigs/test_database.ts";

async function register(sql: postgres.Sql, view: string, key: string): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction.unsafe(`
      create materialized view analytics.${view} as
        select ${key}, count(*)::integer as n from public.late_sales group by 1 with no data;
      create unique index on analytics.${view} (${key});
      select analytics.register_view('${view}', 'late', '0 0 1 1 *', '1 hour', incremental => true)`).simple();
  });
}

/** A statement of a session that has written before, so that it knows the triggers' functions as they are now. */
async function write(writer: postgres.Sql): Promise<{ readonly ended: Promise<unknown> }> {
  await writer`insert into public.late_sales (shop_id, day) values (1, 1)`;
  const ended = writer`
    insert into public.late_sales (shop_id, day) select 2, 2 from (select pg_sleep(1.5)) as s (slept)`.execute();
  await pause(300);
  return { ended };
}

Deno.test("a statement that began before a key came or went logs all keys, and fails for none", () =>
  withConnections(2, async ([sql, writer]) => {
    if (sql === undefined || writer === undefined) throw new Error("no connection");
    try {
      await sql`create table public.late_sales (shop_id integer not null, day integer not null)`;
      await register(sql, "late_shops", "shop_id");
      await sql`select analytics.refresh_view('late_shops')`;

      const come = await write(writer);
      await register(sql, "late_days", "day");
      await sql`select analytics.refresh_view('late_days')`;
      await come.ended;
      await sql`select analytics.refresh_view('late_days')`;
      deepEqual([...await sql`select day, n from analytics.late_days order by day`], [{ day: 1, n: 1 }, {
        day: 2,
        n: 1,
      }]);

      const went = await write(writer);
      await sql`select analytics.unregister_view('late_days')`;
      await went.ended;
      await sql`select analytics.refresh_view('late_shops')`;
      equal((await sql`select sum(n)::integer as n from analytics.late_shops`)[0]?.["n"], 4);
    } finally {
      for (const view of ["late_days", "late_shops"]) await sql`select analytics.unregister_view(${view})`;
      await sql`drop table public.late_sales cascade`;
    }
  }));
