-- Object: freshet.assert_newest_is_indexed()
-- Why: each refresh asks for the newest source row. Without an index that begins with its column this reads the whole
--      source, and the cost of a refresh by group would follow the history after all.
create function freshet.assert_newest_is_indexed(view_name text, source_at_table regclass, source_at_column name)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if source_at_table is null or exists (
        select
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as c on c.oid = i.indexrelid
        join pg_catalog.pg_am as m on m.oid = c.relam and m.amname = 'btree'
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = source_at_table and i.indisvalid and i.indpred is null and a.attname = source_at_column
    ) then
        return;
    end if;
    raise exception using
        errcode = 'object_not_in_prerequisite_state',
        message = format(
            'cannot register "%s" as incremental: no index of %s begins with the column of source_at, %I',
            view_name, source_at_table, source_at_column
        ),
        hint = format(
            'Each refresh reads the newest row by it: create index on %s (%I); or leave out source_at. A view has none: name the column of its table.',
            source_at_table, source_at_column
        );
end
$$;

revoke all on function freshet.assert_newest_is_indexed(text, regclass, name) from public, anon, authenticated;

comment on function freshet.assert_newest_is_indexed(text, regclass, name) is
    'Raises 55000 unless a whole btree index of the table begins with the column; null for the table: nothing to read.';
