import type postgres from "postgres";
import { z } from "zod";

/** What a generator has to know of a type; everything else is "other". */
const KINDS = [
  "uuid",
  "text",
  "int",
  "numeric",
  "float",
  "boolean",
  "date",
  "timestamp",
  "timestamptz",
  "enum",
] as const;
export type Kind = typeof KINDS[number] | "other";

const columnShape = z.object({
  name: z.string(),
  kind: z.enum([...KINDS, "other"]),
  /** As PostgreSQL writes it: numeric(12,2). */
  type: z.string(),
  /** Of an enum. */
  labels: z.array(z.string()),
  is_nullable: z.boolean(),
  /** It has a default, is an identity or is generated: an insert may leave it out. */
  is_given: z.boolean(),
  is_key: z.boolean(),
  /** The table that it refers to, as PostgreSQL writes its name; null where it refers to none. */
  refers_to: z.string().nullable(),
});

/** A column of a table. */
export type ColumnShape = z.infer<typeof columnShape>;

/** A table as the catalog has it. */
export interface TableShape {
  /** As PostgreSQL writes it, with the schema: public.orders. */
  readonly name: string;
  readonly columns: readonly ColumnShape[];
}

const COLUMNS = `
  select
    a.attname as name,
    format_type(a.atttypid, a.atttypmod) as type,
    case
      when t.typtype = 'e' then 'enum'
      when t.typname in ('int2', 'int4', 'int8') then 'int'
      when t.typname in ('float4', 'float8') then 'float'
      when t.typname in ('text', 'varchar', 'bpchar', 'citext') then 'text'
      when t.typname = 'bool' then 'boolean'
      when t.typname in ('uuid', 'numeric', 'date', 'timestamp', 'timestamptz') then t.typname
      else 'other'
    end as kind,
    array(select e.enumlabel::text from pg_enum as e where e.enumtypid = t.oid order by e.enumsortorder) as labels,
    not a.attnotnull as is_nullable,
    a.atthasdef or a.attidentity <> '' as is_given,
    exists (select from pg_index as i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey::int2[])) as is_key,
    (
      select format('%I.%I', n.nspname, r.relname)
      from pg_constraint as k
      join pg_class as r on r.oid = k.confrelid
      join pg_namespace as n on n.oid = r.relnamespace
      where k.conrelid = a.attrelid and k.contype = 'f' and k.conkey = array[a.attnum]
      order by k.conname limit 1
    ) as refers_to
  from pg_attribute as a
  join pg_type as b on b.oid = a.atttypid
  join pg_type as t on t.oid = case when b.typtype = 'd' then b.typbasetype else b.oid end
  where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

/** Reads a table from the catalog. @throws Error where there is none of that name, with those that may be meant */
export async function readTable(sql: postgres.ISql, name: string): Promise<TableShape> {
  const [found] = await sql`
    select format('%I.%I', n.nspname, c.relname) as name, c.relkind
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.oid = to_regclass(${name})`;
  if (found === undefined) {
    throw new Error(`There is no table "${name}" in the database. It has ${await listTables(sql)}`);
  }
  if (!["r", "p"].includes(found["relkind"])) {
    throw new Error(`"${name}" is no table: name a table that the view is to read, of ${await listTables(sql)}`);
  }
  const columns = z.array(columnShape).parse([...await sql.unsafe(COLUMNS, [found["name"]])]);
  return { name: found["name"], columns };
}

/** The table and, below it, those that its required columns refer to: what has to be written first comes first. */
export async function readWithParents(sql: postgres.ISql, name: string): Promise<readonly TableShape[]> {
  const tables = new Map<string, TableShape>();
  async function visit(one: string, above: readonly string[]): Promise<void> {
    const table = await readTable(sql, one);
    if (tables.has(table.name) || above.includes(table.name)) return;
    for (const { refers_to, is_nullable } of table.columns) {
      if (refers_to !== null && !is_nullable) await visit(refers_to, [...above, table.name]);
    }
    tables.set(table.name, table);
  }
  await visit(name, []);
  return [...tables.values()];
}

async function listTables(sql: postgres.ISql): Promise<string> {
  const tables = await sql`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema', 'analytics', 'freshet', 'auth', 'storage', 'cron', 'net', 'vault',
      'realtime', 'supabase_migrations', 'supabase_functions', 'extensions')
    order by 1 limit 40`;
  return tables.length === 0 ? "none of yours" : tables.map(({ name }) => name).join(", ");
}
