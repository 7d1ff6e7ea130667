// What holds for each incremental view that a pack registers, whichever packs there are: its rows are those of its query
// after any write, and a refresh of a few groups reads a few rows.
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { anyTables, type AnyWrite, anyWrites, fillTable } from "../support/fixtures/any_rows.ts";
import { undone } from "../support/fixtures/planting.ts";
import { plantEverything } from "../support/fixtures/planted_world.ts";
import { proofs } from "../support/random/proofs.ts";
import { withConnections } from "../support/rigs/test_database.ts";

interface Registered {
  readonly view: string;
  readonly definition: string;
  readonly groups_statement: string;
  readonly rebuild_on: readonly string[];
}

/** Each after those that it reads. */
async function registered(sql: postgres.Sql): Promise<readonly Registered[]> {
  return await sql<Registered[]>`
    select i.view_name as view, freshet.definition_of(i.view_name) as definition,
      replace(i.groups_statement, '<rejects>', coalesce(v.rejects::text, '')) as groups_statement,
      i.rebuild_on::text[] as rebuild_on
    from analytics.incremental_views as i
    join analytics.views as v on v.view_name = i.view_name
    join freshet.refresh_order() as o on o.view_name = i.view_name
    order by o.depth, i.view_name`;
}

async function refresh(sql: postgres.Sql, views: readonly Registered[]): Promise<void> {
  for (const { view } of views) await sql`select analytics.refresh_view(${view})`;
}

/** As if everything so far had been committed: in its own transaction a view never ends to lack what it lacked once. */
async function forgetChanges(sql: postgres.Sql): Promise<void> {
  const logs = await sql`select distinct freshet.key_log(k.source) as log from analytics.source_keys as k`;
  for (const { log } of logs) await sql.unsafe(`delete from ${log}`);
  await sql`delete from analytics.source_changes`;
}

async function differing(sql: postgres.Sql, views: readonly Registered[]): Promise<readonly string[]> {
  const found = [];
  for (const { view, definition } of views) {
    const [row] = await sql.unsafe(`
      select exists (table analytics.${view} except all table ${definition})
        or exists (table ${definition} except all table analytics.${view}) as differs`);
    if (row?.["differs"] === true) found.push(view);
  }
  return found;
}

/** Tries a statement; true if it wrote anything. What a constraint refuses is undone. */
async function wrote(sql: postgres.Sql, statement: string): Promise<boolean> {
  await sql`savepoint write`;
  try {
    const { count } = await sql.unsafe(statement);
    return count > 0;
  } catch {
    await sql`rollback to write`;
    return false;
  }
}

async function inUndoneTransaction(body: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    await sql`begin`;
    try {
      await body(sql);
    } finally {
      await sql`rollback`;
    }
  });
}

const kinds = Object.keys(anyWrites) as readonly AnyWrite[];

/** Every kind of write to every column that no constraint refuses, as statements that begin at some row. */
async function possibleWrites(sql: postgres.Sql): Promise<readonly ((row: number) => string)[]> {
  const possible = [];
  for (const table of await anyTables(sql)) {
    for (const [at] of table.columns.entries()) {
      for (const kind of at === 0 ? kinds : kinds.filter((name) => name.startsWith("take"))) {
        const statement = (row: number) => anyWrites[kind](table, at + table.columns.length * row);
        if (await undone(sql, () => wrote(sql, statement(0)))) possible.push(statement);
      }
    }
  }
  return possible;
}

const plans = fc.array(
  fc.array(fc.record({ write: fc.nat({ max: 10_000 }), row: fc.nat({ max: 12 }) }), { minLength: 1, maxLength: 6 }),
  { minLength: 1, maxLength: 3 },
);

const ROWS = proofs(10_000, 100_000);

/** Scans of large relations that do not begin with a key: whole tables, and whole indexes where the first column is free. */
async function wholeScans(sql: postgres.Sql, statement: string): Promise<readonly string[]> {
  const [plan] = await sql.unsafe(`explain (format json) ${statement}`);
  const rows = await sql`
    with recursive nodes as (
      select ${sql.json(plan?.["QUERY PLAN"])} #> '{0,Plan}' as node
      union all
      select p.child from nodes as n cross join lateral jsonb_array_elements(n.node -> 'Plans') as p (child)
    )
    select distinct concat_ws(' by ', coalesce(pg_partition_root(c.oid), c.oid)::regclass, n.node ->> 'Index Name') as scanned
    from nodes as n
    left join pg_class as x on x.relname = n.node ->> 'Index Name' and x.relkind = 'i'
    left join pg_index as i on i.indexrelid = x.oid
    join pg_class as c on c.relname = n.node ->> 'Relation Name' or c.oid = i.indrelid
    where c.relkind in ('r', 'm') and c.reltuples > ${ROWS / 5} and c.relnamespace <> 'freshet'::regnamespace
      and n.node ->> 'Node Type' ~ '(Seq|Index|Index Only|Bitmap Index) Scan$'
      and strpos(
        translate(n.node ->> 'Index Cond', '() ', ''), translate(pg_get_indexdef(i.indexrelid, 1, false), '() ', '')
      ) > 0 is not true`;
  return rows.map(({ scanned }) => String(scanned)).toSorted();
}

/** Fills every table that a registered view reads, then brings the views up to date and writes a little. */
async function fillSources(sql: postgres.Sql, views: readonly Registered[]): Promise<void> {
  const sources = await sql`select distinct s.source::regclass::text as name from analytics.view_sources as s`;
  const read = new Set(sources.map(({ name }) => String(name)));
  const tables = (await anyTables(sql)).filter(({ name }) => read.has(name));
  for (const table of tables) await fillTable(sql, table, ROWS);
  await sql`update analytics.views set source_snapshot = null`;
  await refresh(sql, views);
  for (const { view } of views) await sql.unsafe(`analyze analytics.${view}`);
  for (const table of tables) await sql.unsafe(anyWrites.remove(table, 3));
}

Deno.test("each registered incremental view", (test) =>
  inUndoneTransaction(async (sql) => {
    await plantEverything(sql);
    const views = await registered(sql);
    await refresh(sql, views);

    await test.step("equals its query after any writes to any tables", async () => {
      const writes = await possibleWrites(sql);
      let written = 0;
      await fc.assert(
        fc.asyncProperty(plans, async (plan) => {
          await undone(sql, async () => {
            for (const together of plan) {
              await forgetChanges(sql);
              const statements = together.map(({ write, row }) => writes[write % writes.length]?.(row) ?? "");
              for (const statement of statements) written += Number(await wrote(sql, statement));
              await refresh(sql, views);
              deepEqual(await differing(sql, views), [], statements.join(";\n"));
            }
          });
        }),
        { numRuns: proofs(5, 1_000) },
      );
      equal(written > 0, writes.length > 0);
    });

    await test.step(`is refreshed without a scan of a source or of itself where each has ${ROWS} rows`, async () => {
      await undone(sql, async () => {
        await fillSources(sql, views);
        const scans = [];
        for (const { view, groups_statement, rebuild_on } of views) {
          const found = await wholeScans(sql, groups_statement);
          // One group may read most of a source of which any change computes everything.
          scans.push(...found.filter((name) => !rebuild_on.includes(name)).map((name) => `${view}: ${name}`));
        }
        deepEqual(scans, []);
      });
    });
  }));
