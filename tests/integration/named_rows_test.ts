// Names beside ids: whatever a plain view joins to stored rows moves the version of the answers that show it, and a name that
// was changed is in the next answer under a new version.
import { deepEqual, notEqual, ok } from "node:assert/strict";
import type postgres from "postgres";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { sourceRequest } from "../../shared/read/source_request.ts";
import { sourceAnswer } from "../../shared/read/source.ts";
import { resources } from "../../tools/resources.ts";
import { plantEverything } from "../support/fixtures/planted_world.ts";
import { sampleQuery, sampleRow } from "../support/fixtures/sample_values.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const named = resources.filter(({ through }) => through !== undefined);

interface Shown {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The sum of the versions, as it stands in the cache's key. */
  readonly version: number;
}

/** What an operator gets, without filters. */
async function show(sql: postgres.Sql, resource: Resource): Promise<Shown> {
  const params = resource.params.parse(sampleQuery(resource, sampleRow(resource, 1)));
  const scope = { label: "all", restriction: null };
  const bare = { ...resource, filters: [], minimum_sample: null };
  const request = { ...sourceRequest({ resource: bare, params, scope, day: null }), limit: 5_000 };
  const [found] = await sql`
    select analytics.read_view(${resource.view}, ${JSON.stringify(request)}::text::jsonb) as answer`;
  const answer = sourceAnswer.parse(found?.["answer"]);
  const states = [answer.state, ...Object.values(answer.reads)];
  return { rows: answer.rows, version: states.reduce((sum, { version }) => sum + version, 0) };
}

/** The tables and stored views that a plain view reads, through other plain views, too. */
async function relationsBehind(sql: postgres.Sql, view: string): Promise<string[]> {
  const rows = await sql`
    with recursive behind as (
      select ${`analytics.${view}`}::regclass::oid as relation
      union
      select d.refobjid
      from behind as b
      join pg_class as c on c.oid = b.relation and c.relkind = 'v'
      join pg_rewrite as r on r.ev_class = b.relation
      join pg_depend as d on d.objid = r.oid and d.classid = 'pg_rewrite'::regclass
        and d.refclassid = 'pg_class'::regclass and d.refobjid <> b.relation
    )
    select distinct c.oid::regclass::text as name
    from behind as b join pg_class as c on c.oid = b.relation
    where c.relkind <> 'v' order by 1`;
  return rows.map(({ name }) => String(name));
}

async function versionedBy(sql: postgres.Sql, names: readonly string[]): Promise<string[]> {
  const rows = await sql`
    select unnest(l.sources)::text as name from analytics.live_relations as l where l.live_name = any(${names as string[]})
    union
    select format('analytics.%I', v.view_name)::regclass::text from analytics.views as v
    where v.view_name = any(${names as string[]})`;
  return rows.map(({ name }) => String(name));
}

/** How each kind of name is changed. */
const renaming: Readonly<Record<string, (sql: postgres.Sql) => Promise<unknown>>> = {
  agent_name: (sql) => sql`update public.agents set name = 'renamed'`,
  question_text: (sql) => sql`update public.questions set stem = 'renamed'`,
  topic_name: (sql) => sql`update public.topics set name = 'renamed'`,
  track_title: (sql) => sql`update public.tracks set title = 'renamed'`,
};

Deno.test("what is joined to stored rows moves the version of the answer", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined && named.length >= 6);
    for (const resource of named) {
      const behind = await relationsBehind(sql, resource.through ?? "");
      const versioned = await versionedBy(sql, [resource.view, ...resource.reads ?? []]);
      deepEqual(
        behind.filter((name) => !versioned.includes(name)),
        [],
        `${fullName(resource)} would not see these change`,
      );
      ok(behind.length >= 2, `${resource.through} joins nothing`);
    }
  }));

Deno.test("a name that was changed is in the next answer, under a new version, and no figure is another", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    await sql`begin`;
    try {
      await plantEverything(sql);
      const before = new Map<Resource, Shown>();
      for (const resource of named) before.set(resource, await show(sql, resource));
      for (const rename of Object.values(renaming)) await rename(sql);
      for (const [resource, { rows, version }] of before) {
        const after = await show(sql, resource);
        const names = resource.columns.filter((column) => column in renaming);
        ok(names.length > 0 && rows.length > 0, `${fullName(resource)} shows no name that this test changes`);
        notEqual(after.version, version, fullName(resource));
        const renamed = Object.fromEntries(names.map((column) => [column, "renamed"]));
        deepEqual(after.rows, rows.map((row) => ({ ...row, ...renamed })), fullName(resource));
      }
    } finally {
      await sql`rollback`;
    }
  }));

Deno.test("a view that adds names passes the bucket column of an incremental view on as it is", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    const divided = await sql`select view_name, bucket_by from analytics.incremental_views where bucket_by is not null`;
    const columns = new Map(divided.map(({ view_name, bucket_by }) => [String(view_name), String(bucket_by)]));
    const shown = named.filter(({ view }) => columns.has(view));
    ok(shown.length >= 2, "no incremental view is read through another");
    for (const { view, through } of shown) {
      const by = columns.get(view) ?? "";
      // Planned for one value of the column, the named view reads only rows of the stored one with this value.
      const mapped: { expression?: string }[] = await sql`
        select m.expression from freshet.group_mappings(${`analytics.${through}`}::regclass, array[${by}]::name[]) as m
        where m.source = ${`analytics.${view}`}::regclass`;
      deepEqual(mapped.map(({ expression }) => expression), [`x.${by}`], `analytics.${through} by ${by}`);
    }
  }));
