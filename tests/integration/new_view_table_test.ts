// What new:view writes over tables that are none of ours is applied to a real database, refreshed and read.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type postgres from "postgres";
import { parseWanted } from "../../tools/new_view/names.ts";
import { type Plan, planView, snake, viewColumns } from "../../tools/new_view/plan.ts";
import { schemaSource } from "../../tools/new_view/schema_file.ts";
import { readTable, readWithParents } from "../../tools/new_view/table.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const TABLES = `
  create type public.probe_state as enum ('open', 'it''s done');
  create table public.probe_teams (id uuid primary key default gen_random_uuid(), name text not null);
  create table public."probeOrders" (
    "orderId" bigint generated always as identity primary key,
    "teamId" uuid not null references public.probe_teams (id),
    state public.probe_state not null default 'open',
    "user" text,
    shelf integer,
    total numeric,
    weight double precision,
    "placedAt" timestamptz not null,
    due date
  );
  insert into public.probe_teams (id, name) values ('d0000000-0000-4000-8000-000000000001', 'North');
  insert into public."probeOrders" ("teamId", state, "user", shelf, total, weight, "placedAt", due)
  select 'd0000000-0000-4000-8000-000000000001', 'it''s done', 'a user', 7, n, n, '2026-03-01 23:30+00', '2026-03-02'
  from generate_series(1, 6) as n;
  insert into public."probeOrders" ("teamId", "user", shelf, total, weight, "placedAt", due) values
    ('d0000000-0000-4000-8000-000000000001', repeat('x', 300), -1, 'NaN', 'infinity', 'infinity', '-infinity');`;

/** One more row that leaves the averages as they are, and one more that is rejected. */
const WRITTEN = `
  insert into public."probeOrders" ("teamId", state, "user", shelf, total, weight, "placedAt", due)
  select "teamId", state, "user", shelf, 3.5, 3.5, "placedAt", due from public."probeOrders" where shelf = 7 limit 1;
  insert into public."probeOrders" ("teamId", "user", shelf, total, weight, "placedAt", due)
  select "teamId", "user", shelf, total, weight, "placedAt", due from public."probeOrders" where shelf = -1;`;

const undone = new Error("undone");

async function withTables(body: (sql: postgres.TransactionSql) => Promise<void>): Promise<void> {
  await withConnections(1, async ([sql]) => {
    try {
      await sql?.begin(async (transaction) => {
        await transaction.unsafe(TABLES).simple();
        await body(transaction);
        throw undone;
      });
    } catch (error) {
      if (error !== undone) throw error;
    }
  });
}

const NAMES = ["probe", "mv_probe", "probe-rows", "--from", 'public."probeOrders"'];

/** Applies what is written, refreshes it, and answers what read_view gives for the view's own columns. */
async function rowsOf(
  sql: postgres.TransactionSql,
  plan: Plan,
  source = schemaSource(plan),
): Promise<{ rows: unknown; rejected: unknown }> {
  await sql.unsafe(source).simple();
  await sql`select analytics.refresh_view('mv_probe')`;
  const [first = ""] = viewColumns(plan);
  const request = {
    columns: viewColumns(plan),
    filters: [],
    scope: null,
    order: [{ column: first, direction: "asc" }],
    limit: 10,
  };
  const [answer] = await sql`select analytics.read_view('mv_probe', ${sql.json(request)}) -> 'rows' as rows`;
  const [view] = await sql`select rejected_count from analytics.views where view_name = 'mv_probe'`;
  return { rows: answer?.["rows"], rejected: view?.["rejected_count"] };
}

const AVERAGE = { sample_count: 6, avg_total: 3.5 };
const CASES: readonly (readonly [readonly string[], Record<string, unknown>])[] = [
  [[], { team_id: "d0000000-0000-4000-8000-000000000001", day: "2026-03-01", ...AVERAGE }],
  [["--by", "state"], { state: "it's done", day: "2026-03-01", ...AVERAGE }],
  [["--by", "user", "--at", "due"], { user: "a user", day: "2026-03-02", ...AVERAGE }],
  [["--by", "shelf", "--of", "weight"], { shelf: 7, day: "2026-03-01", sample_count: 6, avg_weight: 3.5 }],
];

for (const [options, row] of CASES) {
  Deno.test(`a view from a table with ${options.join(" ") || "no option"} is refreshed, and lists what no answer could say as rejected`, async () => {
    await withTables(async (sql) => {
      const wanted = parseWanted([...NAMES, ...options]);
      const plan = planView(wanted, await readTable(sql, wanted.from));
      deepEqual(await rowsOf(sql, plan), { rows: [row], rejected: "1" });
    });
  });

  Deno.test(`an incremental view from a table with ${options.join(" ") || "no option"} follows a change, and counts what it rejects group by group`, async () => {
    await withTables(async (sql) => {
      const wanted = parseWanted([...NAMES, ...options, "--incremental"]);
      const plan = planView(wanted, await readTable(sql, wanted.from));
      await sql.unsafe(schemaSource(plan)).simple();
      await sql`select analytics.refresh_view('mv_probe')`;
      await sql.unsafe(WRITTEN).simple();
      deepEqual(await rowsOf(sql, plan, ""), { rows: [{ ...row, sample_count: 7 }], rejected: "2" });
      const [counted] = await sql`select freshet.rejects_key('mv_probe') as by`;
      deepEqual(counted?.["by"], viewColumns(plan).slice(0, viewColumns(plan).indexOf("sample_count")));
    });
  });
}

Deno.test("a table is read with its key, its references, and the tables that its rows need before it", async () => {
  await withTables(async (sql) => {
    const tables = await readWithParents(sql, 'public."probeOrders"');
    deepEqual(tables.map(({ name }) => name), ["public.probe_teams", 'public."probeOrders"']);
    const [key, team, state] = tables[1]?.columns ?? [];
    deepEqual([key?.is_key, key?.is_given, team?.refers_to], [true, true, "public.probe_teams"]);
    deepEqual(state?.labels, ["open", "it's done"]);
    equal(snake(team?.name ?? ""), "team_id");
  });
});

Deno.test("a table that is not there is refused with those that are", async () => {
  await withTables(async (sql) => {
    await rejects(readTable(sql, "public.nowhere"), (error: Error) => {
      match(error.message, /no table "public\.nowhere" in the database\. It has .*public\."probeOrders"/);
      return true;
    });
    await rejects(readTable(sql, "analytics.mv_challenges_of_nobody"), /There is no table/);
    await rejects(readTable(sql, "cron.job_run_details_pkey"), /is no table: name a table/);
  });
});
