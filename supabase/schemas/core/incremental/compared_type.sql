-- Object: freshet.compared_type()
-- Why: PostgreSQL has no comparison for a varchar or a domain, and compares the type beneath it.
create function freshet.compared_type(type oid, typmod integer)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when t.typtype = 'd' then freshet.compared_type(t.typbasetype, t.typtypmod)
        when t.oid = 'varchar'::regtype then 'text'
        else format_type(t.oid, typmod)
    end
    from pg_catalog.pg_type as t
    where t.oid = type;
$$;

revoke all on function freshet.compared_type(oid, integer) from public, anon, authenticated;

comment on function freshet.compared_type(oid, integer) is 'SQL name of the type as which PostgreSQL compares values of a type.';
