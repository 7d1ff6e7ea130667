-- Object: freshet.column_reference()
-- Why: behind a relation, a quoted name can be more than a column to PostgreSQL: v.ctid and v.xmin are read, and v.f
--      calls f(v). So columns to select and to order by are checked as those of filters are: a column of the relation,
--      or an error.
create function freshet.column_reference(relation regclass, column_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.typed_column(relation, column_name);
    return format('v.%I', column_name);
end
$$;

revoke all on function freshet.column_reference(regclass, text) from public, anon, authenticated;

comment on function freshet.column_reference(regclass, text) is
    'A column of the relation with alias v, as SQL. Raises 42703 for a system column and any name that is not a column of it.';
