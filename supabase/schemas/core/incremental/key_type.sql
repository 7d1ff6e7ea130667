-- Object: freshet.key_type()
-- Why: the writer of a source and the refresh have to compute the same key. An expression that depends on the session,
--      for example on its time zone, is found by the rule for indexes, which PostgreSQL checks itself.
create function freshet.key_type(source regclass, expression text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    type text;
begin
    execute format('create temporary table freshet_key_check (like %s)', source);
    execute format('create index on pg_temp.freshet_key_check ((%s))', regexp_replace(expression, '\mx\.', '', 'g'));
    -- An index keeps a name as a string of C.
    select case when a.atttypid = 'cstring'::regtype then 'name' else format_type(a.atttypid, a.atttypmod) end into type
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indrelid and c.relname = 'freshet_key_check' and c.relnamespace = pg_my_temp_schema()
    join pg_catalog.pg_attribute as a on a.attrelid = i.indexrelid and a.attnum = 1;
    drop table pg_temp.freshet_key_check;
    return type;
end
$$;

revoke all on function freshet.key_type(regclass, text) from public, anon, authenticated;

comment on function freshet.key_type(regclass, text) is
    'Type of an expression over a row x of the source. Raises unless it is immutable and can be indexed.';
