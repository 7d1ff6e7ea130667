-- Object: freshet.typed_column()
-- Why: names in a read request are checked against the catalogue and values are quoted before they become SQL.
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

comment on function freshet.typed_column(regclass, text) is
    'The type of a column, written for a cast. Raises 42703 when there is no such column.';
