import { join } from "node:path";
import type postgres from "postgres";

/**
 * What a database holds that this stack did not put there, in words: neither of an extension, nor made by the bootstrap, nor
 * by a migration of the folder that was applied here, nor by the data API after one. Empty for an empty database.
 */
export async function findStrangers(sql: postgres.Sql, migrationsFolder: string): Promise<string[]> {
  const files = await migrationFiles(migrationsFolder);
  const applied = await appliedVersions(sql);
  const foreign = applied.filter((version) => !files.has(version));
  const texts = await Promise.all([
    ...bootstrapFiles(),
    ...applied.flatMap((version) => files.get(version) ?? []),
  ].map((path) => Deno.readTextFile(path)));
  const own = new Set(["schema public", ...texts.flatMap(namesMadeBy)]);
  // The CLI's own, auth and storage of the data API, which starts after the first migration, and freshet, where the
  // registration of an incremental view makes tables and functions.
  const schemas = new Set(applied.length > foreign.length ? ["supabase_migrations", "auth", "storage", "freshet"] : []);
  const strangers = (await objectsOf(sql)).filter((one) => {
    return !own.has(one.kind === "schema" ? `schema ${one.name}` : one.name) && !schemas.has(one.schema_name);
  });
  return [
    ...foreign.map((version) => `migration ${version}`),
    ...strangers.map(({ kind, name }) => `${kind} ${name}`),
  ];
}

interface Found {
  readonly kind: string;
  readonly schema_name: string;
  readonly name: string;
}

/** All objects that users made here, tables first. Objects that belong to an extension, a table or a type are left out. */
async function objectsOf(sql: postgres.Sql): Promise<readonly Found[]> {
  return await sql<Found[]>`
    with found (place, kind, class, object, namespace, label) as (
      select case c.relkind when 'r' then 1 when 'p' then 1 else 2 end,
        case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
          when 'f' then 'foreign table' when 'c' then 'type' else 'table' end,
        'pg_class'::regclass, c.oid, c.relnamespace, c.relname
      from pg_catalog.pg_class as c
      where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') and not c.relispartition
      union all
      select 3, 'function', 'pg_proc'::regclass, p.oid, p.pronamespace, p.proname from pg_catalog.pg_proc as p
      union all
      select 4, 'type', 'pg_type'::regclass, t.oid, t.typnamespace, t.typname
      from pg_catalog.pg_type as t where t.typtype in ('e', 'd', 'r')
      union all
      select 5, 'schema', 'pg_namespace'::regclass, n.oid, n.oid, n.nspname from pg_catalog.pg_namespace as n
    )
    select distinct f.place, f.kind, n.nspname as schema_name,
      case when f.kind = 'schema' then f.label else n.nspname || '.' || f.label end as name
    from found as f
    join pg_catalog.pg_namespace as n on n.oid = f.namespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      -- e: of an extension; a and i: a column's sequence, a range type's constructors
      and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = f.class and d.objid = f.object
          and (d.deptype = 'e' or d.deptype = 'i' or (d.deptype = 'a' and f.kind = 'sequence'))
      )
    order by f.place, name`;
}

async function appliedVersions(sql: postgres.Sql): Promise<string[]> {
  const [table] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as exists`;
  if (table?.exists !== true) return [];
  const rows = await sql<{ version: string }[]>`
    select version::text as version from supabase_migrations.schema_migrations order by version`;
  return rows.map(({ version }) => version);
}

async function migrationFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    const version = /^(\d+)_.*\.sql$/.exec(name)?.[1];
    if (version !== undefined) files.set(version, join(folder, name));
  }
  return files;
}

function bootstrapFiles(): string[] {
  const folder = join(import.meta.dirname ?? ".", "bootstrap");
  return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name));
}

const MADE = new RegExp(
  String.raw`\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+)?` +
    String
      .raw`(?:table|view|materialized\s+view|foreign\s+table|sequence|function|procedure|aggregate|type|domain|(schema))\s+` +
    String.raw`(?:if\s+not\s+exists\s+)?"?(\w+)"?(?:\."?(\w+)"?)?`,
  "gi",
);
const RENAMED =
  /\balter\s+(?:table|view|materialized\s+view|function|type|sequence)\s+"?(\w+)"?\.[^;]*?\brename\s+to\s+"?(\w+)"?/gi;

/** The names that a script's statements give: "analytics.views", or "schema analytics". */
function namesMadeBy(text: string): string[] {
  const made = [...text.matchAll(MADE)].map(([, isSchema, first = "", second]) => {
    if (isSchema !== undefined) return `schema ${first}`;
    return second === undefined ? `public.${first}` : `${first}.${second}`;
  });
  const renamed = [...text.matchAll(RENAMED)].map(([, schema, name]) => `${schema}.${name}`);
  return [...made, ...renamed];
}
