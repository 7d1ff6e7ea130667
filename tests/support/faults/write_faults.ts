import { finished } from "node:stream/promises";
import type postgres from "postgres";
import { type Counted, nothingCounted } from "./detection_scene.ts";
import {
  countDifferences,
  createProbeViews,
  dropProbeViews,
  otherProbeView,
  probeView,
} from "../fixtures/probe_view.ts";

/** A view over a table with a cascading foreign key, and over a partitioned table. */
const VIEW = "mv_probe_forms";
const QUERY = `
  select 'children' as source, count(*) as row_count, sum(amount) as total from public.probe_children
  union all select 'parts', count(*), sum(amount) from public.probe_parts`;

interface Form {
  readonly what: string;
  readonly statement: string;
  /** A write that fires no trigger, as documented: the next rebuild includes it. */
  readonly is_unseen?: true;
}

const forms: readonly Form[] = [
  { what: "truncate", statement: "truncate public.probe_parts" },
  { what: "copy", statement: "copy public.probe_children (parent_id, amount) from stdin" },
  {
    what: "upsert",
    statement: `
      insert into public.probe_children (id, parent_id, amount) overriding system value
      select id, parent_id, 1 from public.probe_children limit 1
      on conflict (id) do update set amount = probe_children.amount + 1`,
  },
  {
    what: "merge",
    statement: `
      merge into public.probe_children as t using (values (1)) as s (id) on t.parent_id = s.id
      when matched then update set amount = t.amount + 1`,
  },
  { what: "delete that a foreign key hands on", statement: "delete from public.probe_parents where id = 2" },
  {
    what: "update that moves a row to another partition",
    statement: "update public.probe_parts set id = id + 100, amount = amount + 1 where id = 1",
  },
  {
    what: "insert into a partition by its own name: at the next rebuild",
    statement: "insert into public.probe_parts_high (id, amount) values (150, 7)",
    is_unseen: true,
  },
  {
    what: "write in the role of a replica: at the next rebuild",
    statement: `
      set session_replication_role = replica;
      insert into public.probe_children (parent_id, amount) values (1, 9);
      reset session_replication_role`,
    is_unseen: true,
  },
];

/** Two refreshes of one view at once: the second reports skipped_busy and does not wait. */
export async function countTwoRefreshers(
  [sql, other]: readonly [postgres.Sql, postgres.Sql],
  rounds: number,
): Promise<Counted> {
  const counted = nothingCounted({ id: "F14", what: "a refresh of a view that is being refreshed" });
  await createProbeViews(sql);
  try {
    await sql`set statement_timeout = '5s'`;
    for (let round = 0; round < rounds; round += 1) {
      await sql`insert into public.probe_amounts (account, amount) values (1, 5)`;
      await other`begin`;
      await refresh(other, probeView);
      counted.injected += 1;
      if (await refresh(sql, probeView) === "skipped_busy") counted.told += 1;
      else counted.lost += 1;
      await other`commit`;
      if (await refresh(sql, probeView) !== "skipped_clean") counted.false += 1;
    }
  } finally {
    await sql`reset statement_timeout`;
    await dropProbeViews(sql);
  }
  return counted;
}

/** Transactions that are open during a refresh: the next refresh includes their writes. */
export async function countOpenWriters(
  [sql, writer]: readonly [postgres.Sql, postgres.Sql],
  rounds: number,
): Promise<Counted> {
  const counted = nothingCounted({ id: "F15", what: "a write that is committed after a refresh which began later" });
  await createProbeViews(sql);
  try {
    for (let round = 0; round < rounds; round += 1) {
      await writer`begin`;
      await writer`insert into public.probe_amounts (account, amount) values (${round}, 70)`;
      await sql`insert into public.probe_amounts (account, amount) values (-1, 80)`;
      for (const view of [probeView, otherProbeView]) await refresh(sql, view);
      await writer`commit`;
      counted.injected += 1;
      for (const view of [probeView, otherProbeView]) await refresh(sql, view);
      if (await countDifferences(sql) === 0) counted.told += 1;
      else counted.lost += 1;
      if (await refresh(sql, probeView) !== "skipped_clean") counted.false += 1;
    }
  } finally {
    await dropProbeViews(sql);
  }
  return counted;
}

/** Each form of write: the next refresh includes it, or, if it fires no trigger, the next rebuild. */
export async function countForms(sql: postgres.Sql, admin: postgres.Sql, rounds: number): Promise<Counted[]> {
  const table = forms.map(({ what }) => nothingCounted({ id: "F16", what }));
  await createForms(sql);
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { what, statement, is_unseen = false }] of forms.entries()) {
        const counted = table[index];
        if (counted === undefined) continue;
        await fill(sql);
        await refresh(sql, VIEW);
        if (what === "copy") await copy(sql, statement);
        else await (is_unseen ? admin : sql).unsafe(statement).simple();
        counted.injected += 1;
        if (await differences(sql) === 0) throw new Error(`"${what}" changed nothing`);
        await refresh(sql, VIEW);
        if (is_unseen) {
          await sql`update analytics.views set refreshed_at = refreshed_at - rebuild_after where view_name = ${VIEW}`;
          await refresh(sql, VIEW);
        }
        if (await differences(sql) === 0) counted.told += 1;
        else counted.lost += 1;
        if (await refresh(sql, VIEW) !== "skipped_clean") counted.false += 1;
      }
    }
  } finally {
    await dropForms(sql);
  }
  return table;
}

async function createForms(sql: postgres.Sql): Promise<void> {
  await dropForms(sql);
  await sql.unsafe(`
    create table public.probe_parents (id integer primary key);
    create table public.probe_children (
      id integer generated always as identity primary key,
      parent_id integer not null references public.probe_parents on delete cascade, amount integer not null
    );
    create table public.probe_parts (id integer not null, amount integer not null) partition by range (id);
    create table public.probe_parts_low partition of public.probe_parts for values from (0) to (100);
    create table public.probe_parts_high partition of public.probe_parts for values from (100) to (1000);
    create materialized view analytics.${VIEW} as ${QUERY} with no data;
    create unique index ${VIEW}_key on analytics.${VIEW} (source);
    select analytics.register_view('${VIEW}', 'probe', '0 0 1 1 *', '1 hour')`).simple();
}

/** Restores the same rows before each write. */
async function fill(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    delete from public.probe_parents;
    delete from public.probe_parts;
    insert into public.probe_parents values (1), (2);
    insert into public.probe_children (parent_id, amount) values (1, 10), (2, 20);
    insert into public.probe_parts values (1, 5), (101, 5)`).simple();
}

async function dropForms(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    select analytics.unregister_view('${VIEW}');
    drop materialized view if exists analytics.${VIEW};
    delete from analytics.refresh_log where view_name = '${VIEW}';
    drop table if exists public.probe_children, public.probe_parents, public.probe_parts`).simple();
}

async function copy(sql: postgres.Sql, statement: string): Promise<void> {
  const rows = await sql.unsafe(statement).writable();
  rows.end("1\t30\n1\t31\n");
  await finished(rows);
}

async function differences(sql: postgres.Sql): Promise<number> {
  const [row] = await sql.unsafe(`
    with computed as (${QUERY})
    select count(*)::integer as count from (
      (table computed except table analytics.${VIEW}) union all (table analytics.${VIEW} except table computed)) as d`);
  return Number(row?.["count"]);
}

async function refresh(sql: postgres.Sql, view: string): Promise<string> {
  const [row] = await sql`select outcome from analytics.refresh_view(${view})`;
  return String(row?.["outcome"]);
}
