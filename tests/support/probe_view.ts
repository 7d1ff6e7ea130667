import type postgres from "postgres";

/** Two small registered views over one table of their own, for tests that write and refresh. */
export const probeView = "mv_probe_totals";
export const otherProbeView = "mv_probe_counts";

const definitions = {
  [probeView]:
    "select account, count(*) as amount_count, sum(amount) as total from public.probe_amounts group by account",
  [otherProbeView]: "select amount, count(*) as account_count from public.probe_amounts group by amount",
};

/** Creates public.probe_amounts and both views, registered and refreshed once. */
export async function createProbeViews(sql: postgres.Sql): Promise<void> {
  await dropProbeViews(sql);
  await sql.unsafe(`
    create table public.probe_amounts (
      id bigint generated always as identity primary key, account integer not null, amount integer not null
    )`);
  for (const [view, query] of Object.entries(definitions)) {
    await sql.unsafe(`
      create materialized view analytics.${view} as ${query} with no data;
      create unique index ${view}_key on analytics.${view} (${view === probeView ? "account" : "amount"});
      select analytics.register_view('${view}', 'probe', '0 0 1 1 *', '1 hour');
    `).simple();
    await sql`select analytics.refresh_view(${view})`;
  }
}

export async function dropProbeViews(sql: postgres.Sql): Promise<void> {
  for (const view of Object.keys(definitions)) {
    await sql.unsafe(`
      select analytics.unregister_view('${view}');
      drop materialized view if exists analytics.${view};
      delete from analytics.refresh_log where view_name = '${view}';
    `).simple();
  }
  await sql.unsafe("drop table if exists public.probe_amounts");
}

/** Rows that differ between the views and a recomputation from their source. */
export async function countDifferences(sql: postgres.Sql): Promise<number> {
  const counts = await Promise.all(
    Object.entries(definitions).map(async ([view, query]) => {
      const [row] = await sql.unsafe(`
        with computed as (${query})
        select count(*)::integer as differences from (
          (table computed except table analytics.${view}) union all (table analytics.${view} except table computed)
        ) as d`);
      return Number(row?.differences);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
