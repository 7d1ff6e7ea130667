// A database of the first baselines, with a view of its own, takes the later migrations.
import { deepEqual, equal, ok } from "node:assert/strict";
import type postgres from "postgres";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { projectFolder } from "../../tools/pack_folders.ts";
import { withEmptyDatabase } from "../../tools/schema/empty_database.ts";

/** The first migration that knows refresh_on_change. */
const FIRST_NEW = "20261130000500";

const VIEW = "mv_upgrade_days";

async function copyOlderMigrations(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-older-" });
  await Deno.mkdir(`${folder}/supabase/migrations`, { recursive: true });
  await Deno.writeTextFile(`${folder}/supabase/config.toml`, 'project_id = "older"\n');
  for await (const { name } of Deno.readDir(`${projectFolder}/supabase/migrations`)) {
    if (name.endsWith(".sql") && name < FIRST_NEW) {
      await Deno.copyFile(`${projectFolder}/supabase/migrations/${name}`, `${folder}/supabase/migrations/${name}`);
    }
  }
  return folder;
}

async function outcome(sql: postgres.Sql): Promise<unknown> {
  const [row] = await sql`select outcome from analytics.refresh_view(${VIEW})`;
  return row?.["outcome"];
}

Deno.test("a view that was registered before refresh_on_change existed is kept, and can be given it", () =>
  withEmptyDatabase("installed", async (sql, databaseUrl) => {
    const older = await copyOlderMigrations();
    try {
      await pushMigrations({ projectFolder: older, databaseUrl });
    } finally {
      await Deno.remove(older, { recursive: true });
    }
    // Without the argument, and with the older ones by place.
    const register =
      `select analytics.register_view('${VIEW}', 'older', '0 0 1 1 *', '1 hour', 'public.upgrade_orders.at', null, '5 minutes'`;
    await sql.unsafe(`
      create table public.upgrade_orders (id integer, at timestamptz not null) partition by range (id);
      create table public.upgrade_orders_low partition of public.upgrade_orders for values from (0) to (1000);
      insert into public.upgrade_orders select g, now() from generate_series(1, 10) as g;
      create materialized view analytics.${VIEW} as select at::date as day, count(*) as orders from public.upgrade_orders group by 1 with no data;
      create unique index ${VIEW}_key on analytics.${VIEW} (day);
      ${register});
      select analytics.refresh_view('${VIEW}');
    `).simple();
    const read = async () => {
      const [row] = await sql`
        select v.version::integer, v.row_count::integer, v.statement_timeout::text, j.command
        from analytics.views as v join cron.job as j on j.jobname = v.job_name where v.view_name = ${VIEW}`;
      return { ...row };
    };
    const before = await read();
    equal(before["version"], 1);

    await pushMigrations({ projectFolder, databaseUrl });
    deepEqual(await read(), before, "its registration, version and job are what they were");
    equal(await outcome(sql), "skipped_clean", "and its rows still count as those of its sources");
    await sql`insert into public.upgrade_orders_low values (11, now())`;
    equal(await outcome(sql), "refreshed", "a write to a partition is a change from now on");

    await sql.unsafe(`${register}, refresh_on_change => '10 seconds')`);
    equal(await outcome(sql), "refreshed");
    await sql`insert into public.upgrade_orders values (12, now())`;
    const [look] = await sql`select freshet.request_changed_refreshes() is not null as is_awaited`;
    equal(look?.["is_awaited"], true);
    const unsettled = await sql`select view_name from analytics.unsettled_changes where view_name = ${VIEW}`;
    equal(unsettled.length, 1, "and it is refreshed on change");
    const unwatched = await sql`select relation::text from freshet.watch_gaps()`;
    deepEqual([...unwatched], []);
    const overloads = await sql`
      select from pg_proc where proname = 'register_view' and pronamespace = 'analytics'::regnamespace`;
    ok(overloads.length === 1, "a call by place is not ambiguous");
  }));
