import type postgres from "postgres";

/** The objects that must be dropped before an object, and created again after it. */
export interface Dependent {
  readonly kind: "relation" | "function" | "trigger" | "policy";
  /** As the description of a database has it. */
  readonly name: string;
  /** Of a trigger or policy. */
  readonly on: string | null;
}

const DEPENDENTS = `
  with recursive dependent as (
    select $1::oid as class, $2::oid as object, 0 as depth
    union
    select n.class, n.object, d.depth + 1
    from dependent as d
    cross join lateral (
      -- A function that takes or answers a relation's rows depends on its type.
      select d.object as object, d.class as class
      union select c.reltype, 'pg_type'::regclass from pg_class as c where d.class = 'pg_class'::regclass and c.oid = d.object
      union select t.typarray, 'pg_type'::regclass from pg_class as c join pg_type as t on t.oid = c.reltype
        where d.class = 'pg_class'::regclass and c.oid = d.object
    ) as o
    join pg_depend as p on p.refclassid = o.class and p.refobjid = o.object and p.deptype in ('n', 'a')
    cross join lateral (
      select 'pg_class'::regclass::oid as class, r.ev_class as object from pg_rewrite as r where p.classid = 'pg_rewrite'::regclass and r.oid = p.objid
      union all
      select p.classid, p.objid where p.classid in ('pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass)
    ) as n
    where n.object <> d.object and d.depth < 20
  ), deepest as (
    select class, object, max(depth) as depth from dependent group by class, object
  )
  select d.depth, 'relation' as kind, format('%I.%I', n.nspname, c.relname) as name, null as on_relation
  from deepest as d join pg_class as c on d.class = 'pg_class'::regclass and c.oid = d.object join pg_namespace as n on n.oid = c.relnamespace
  union all
  select d.depth, 'function', d.object::regprocedure::text, null from deepest as d where d.class = 'pg_proc'::regclass
  union all
  select d.depth, 'trigger', t.tgname, format('%I.%I', n.nspname, c.relname)
  from deepest as d join pg_trigger as t on d.class = 'pg_trigger'::regclass and t.oid = d.object
  join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace where not t.tgisinternal
  union all
  select d.depth, 'policy', y.polname, format('%I.%I', n.nspname, c.relname)
  from deepest as d join pg_policy as y on d.class = 'pg_policy'::regclass and y.oid = d.object
  join pg_class as c on c.oid = y.polrelid join pg_namespace as n on n.oid = c.relnamespace
  order by depth desc, name`;

/** The object and all that depends on it, in an order in which they can be dropped: the object is the last. */
export async function withDependents(
  sql: postgres.ISql,
  kind: "relation" | "function",
  name: string,
): Promise<Dependent[]> {
  const [catalog, type] = kind === "relation" ? ["pg_class", "regclass"] : ["pg_proc", "regprocedure"];
  const [object] = await sql.unsafe(`select $1::regclass::oid::text as class, $2::${type}::oid::text as object`, [
    catalog,
    name,
  ]);
  const rows = await sql.unsafe(DEPENDENTS, [object?.["class"], object?.["object"]]);
  return rows.map((row) => ({
    kind: row["kind"] as Dependent["kind"],
    name: String(row["name"]),
    on: row["on_relation"] === null ? null : String(row["on_relation"]),
  }));
}
