-- Object: freshet.set_aside()
-- Why: while a view is made again under its name, the views that read it go on with the old one.
create function freshet.set_aside(relation regclass)
returns regclass
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    kind constant text := (select case c.relkind when 'm' then 'materialized view' else 'table' end from pg_catalog.pg_class as c where c.oid = relation);
    index regclass;
begin
    for index in select i.indexrelid from pg_catalog.pg_index as i where i.indrelid = relation loop
        execute format('alter index %s rename to freshet_before_%s', index, index::oid);
    end loop;
    execute format('alter %s %s rename to freshet_before_%s', kind, relation, relation::oid);
    return relation;
end
$$;

revoke all on function freshet.set_aside(regclass) from public, anon, authenticated;

comment on function freshet.set_aside(regclass) is 'Renames a table or a materialized view and its indexes, so that their names are free.';
