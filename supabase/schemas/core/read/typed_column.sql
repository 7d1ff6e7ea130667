-- Object: freshet.typed_column()
-- Why: the one place where a read request becomes SQL: names are checked against the catalogue, values are quoted.
--      A page begins after the last row of the one before it, whatever was written in between. That is one condition
--      over several columns: {"op": "after", "columns": ["a", "b"], "values": [1, 2]} becomes (v.a, v.b) > (1, 2), which
--      an index over those columns answers. `before` is the same downwards.
create function freshet.typed_column(relation regclass, column_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    column_type text;
begin
    select format_type(a.atttypid, a.atttypmod) into column_type
    from pg_catalog.pg_attribute as a
    where a.attrelid = relation and a.attname = column_name and a.attnum > 0 and not a.attisdropped;
    if not found then
        raise exception using errcode = 'undefined_column', message = format('%s has no column "%s"', relation, column_name);
    end if;
    return column_type;
end
$$;

revoke all on function freshet.typed_column(regclass, text) from public, anon, authenticated;

comment on function freshet.typed_column(regclass, text) is 'The type of a column, as a cast wants it. Raises 42703 when there is no such column.';
