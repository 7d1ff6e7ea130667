import type postgres from "postgres";

/** Everything that a database has besides PostgreSQL's own, a line for each thing, on every version of PostgreSQL. */
export async function describeWhole(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`
    with mine as (
      select n.oid from pg_namespace as n
      where n.nspname !~ '^pg_(toast|temp)' and n.nspname not in ('pg_catalog', 'information_schema')
    )
    select 'extension ' || e.extname as line from pg_extension as e
    union all
    select 'schema ' || n.nspname || ' ' || coalesce(n.nspacl::text, '') from pg_namespace as n
    where n.oid in (select m.oid from mine as m)
    union all
    select 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || c.relrowsecurity || ' ' || coalesce(c.relacl::text, '')
    from pg_class as c where c.relnamespace in (select m.oid from mine as m)
    union all
    select 'column ' || a.attrelid::regclass || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
      || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid and c.relnamespace in (select m.oid from mine as m)
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped
    union all
    select 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc) || ' ' || coalesce(p.proacl::text, '')
    from pg_proc as p where p.pronamespace in (select m.oid from mine as m)
    union all
    select 'type ' || t.oid::regtype from pg_type as t where t.typnamespace in (select m.oid from mine as m)
    union all
    select 'trigger ' || t.tgrelid::regclass || ' ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
    from pg_trigger as t where not t.tgisinternal
    union all
    select 'policy ' || p.polrelid::regclass || ' ' || p.polname || ' ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
    from pg_policy as p
    union all
    select 'constraint ' || c.conrelid::regclass || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
    from pg_constraint as c where c.connamespace in (select m.oid from mine as m)
    union all
    select 'default privileges ' || coalesce(d.defaclnamespace::regnamespace::text, '') || ' ' || d.defaclacl::text
    from pg_default_acl as d
    union all
    select 'role ' || r.rolname || ' ' || coalesce(array_to_string(r.rolconfig, ' '), '') from pg_roles as r
    union all
    select 'setting ' || coalesce(array_to_string(s.setconfig, ' '), '') from pg_db_role_setting as s
    union all
    select 'event trigger ' || e.evtname from pg_event_trigger as e
    union all
    select 'publication ' || p.pubname from pg_publication as p
    union all
    select 'comment ' || pg_describe_object(d.classoid, d.objoid, d.objsubid) || ' ' || d.description
    from pg_description as d where d.objoid >= 16384
    union all
    select 'job ' || coalesce(j.jobname, '') || ' ' || j.schedule || ' ' || j.active || ' ' || j.command from cron.job as j
    union all
    select 'secret ' || coalesce(s.name, '') from vault.secrets as s
    order by 1`;
  return rows.map(({ line }) => String(line));
}
