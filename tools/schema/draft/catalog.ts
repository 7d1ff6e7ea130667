import type postgres from "postgres";

/** What the description of a database does not tell apart, by names as the description has them. */
export interface Catalog {
  readonly relations: ReadonlyMap<string, Relation>;
  /** By "analytics.is_admin()". */
  readonly functions: ReadonlyMap<string, Routine>;
  /** By "analytics.views.pack", in the order of the table. */
  readonly columns: ReadonlyMap<string, Column>;
  /** By "analytics.views.views_pkey". */
  readonly constraints: ReadonlyMap<string, string>;
  /** Indexes that a constraint or a partition's parent made, and triggers that a parent handed down. */
  readonly derived: ReadonlySet<string>;
}

export interface Relation {
  readonly kind: "table" | "view" | "materialized view" | "type" | "sequence";
  readonly definition: string;
  readonly columns: readonly string[];
  readonly hasRowSecurity: boolean;
  readonly isPartition: boolean;
}

export interface Routine {
  readonly kind: "function" | "procedure";
  /** Arguments with names and defaults, and what it answers: `create or replace` changes neither. */
  readonly face: string;
  readonly definition: string;
}

export interface Column {
  /** As it stands in `add column`: name, type, default, constraints. */
  readonly definition: string;
  readonly type: string;
  readonly fallback: string | null;
  readonly isNotNull: boolean;
  readonly isStored: boolean;
}

const RELATION_KINDS: Readonly<Record<string, Relation["kind"]>> = {
  r: "table",
  p: "table",
  v: "view",
  m: "materialized view",
  c: "type",
  S: "sequence",
};

const SCHEMAS = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/** Reads the catalogs of every schema: the description says which of it is ours. */
export async function readCatalog(sql: postgres.ISql): Promise<Catalog> {
  const relations = await sql.unsafe(`
    select format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind, c.relrowsecurity as is_secured, c.relispartition as is_partition,
      case when c.relkind in ('v', 'm') then concat_ws(' ', c.reloptions, pg_get_viewdef(c.oid)) else '' end as definition,
      array(select format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)) from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'c', 'S') and ${SCHEMAS}`);
  const functions = await sql.unsafe(`
    select p.oid::regprocedure::text as name, case p.prokind when 'p' then 'procedure' else 'function' end as kind,
      concat_ws(' returns ', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) as face, pg_get_functiondef(p.oid) as definition
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where p.prokind in ('f', 'p') and ${SCHEMAS}`);
  const columns = await sql.unsafe(`
    select format('%I.%I.%I', n.nspname, c.relname, a.attname) as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as is_not_null,
      a.attidentity as identity, a.attgenerated as generated, format('%I', a.attname) as own, pg_get_expr(d.adbin, d.adrelid) as fallback
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p') and ${SCHEMAS} order by c.oid, a.attnum`);
  const constraints = await sql.unsafe(`
    select format('%I.%I.%I', n.nspname, c.relname, k.conname) as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint as k join pg_class as c on c.oid = k.conrelid join pg_namespace as n on n.oid = c.relnamespace where ${SCHEMAS}`);
  const derived = await sql.unsafe(`
    select 'index ' || i.indexrelid::regclass as name from pg_index as i join pg_class as c on c.oid = i.indexrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where ${SCHEMAS} and (c.relispartition or exists (select from pg_constraint as k where k.conindid = c.oid and k.contype in ('p', 'u', 'x')))
    union all
    select format('trigger %I.%I.%I', n.nspname, c.relname, t.tgname) from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
    join pg_namespace as n on n.oid = c.relnamespace where t.tgparentid <> 0 and ${SCHEMAS}`);
  return {
    relations: new Map(relations.map((row) => [String(row["name"]), {
      kind: RELATION_KINDS[String(row["kind"])] ?? "table",
      definition: String(row["definition"]),
      columns: row["columns"] as string[],
      hasRowSecurity: row["is_secured"] === true,
      isPartition: row["is_partition"] === true,
    }])),
    functions: new Map(functions.map((row) => [String(row["name"]), {
      kind: row["kind"] === "procedure" ? "procedure" : "function",
      face: String(row["face"]),
      definition: String(row["definition"]),
    }])),
    columns: new Map(columns.map((row) => [String(row["name"]), columnOf(row)])),
    constraints: new Map(constraints.map((row) => [String(row["name"]), String(row["definition"])])),
    derived: new Set(derived.map((row) => String(row["name"]))),
  };
}

function columnOf(row: postgres.Row): Column {
  const type = String(row["type"]);
  const fallback = row["fallback"] === null ? null : String(row["fallback"]);
  const isNotNull = row["is_not_null"] === true;
  const identity = row["identity"] === "" ? null : row["identity"] === "a" ? "always" : "by default";
  const isStored = row["generated"] === "s";
  const parts = [
    ...[String(row["own"]), type],
    isStored ? `generated always as (${fallback}) stored` : fallback === null ? "" : `default ${fallback}`,
    identity === null ? "" : `generated ${identity} as identity`,
    isNotNull ? "not null" : "",
  ];
  return { definition: parts.filter((part) => part !== "").join(" "), type, fallback, isNotNull, isStored };
}
