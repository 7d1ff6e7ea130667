-- Object: freshet.column_reference()
-- Why: a quoted name behind a relation is more than a column to PostgreSQL: v.ctid and v.xmin are read, and v.f calls f(v). What
--      is selected and what orders is checked as filters are: a column of the relation, or refused. Only the two places
--      where a name becomes SQL change, in the newest definition there is: the rest of the function is others' business.
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
    'A column of a relation that is called v, as SQL. Raises 42703 for a system column and whatever else is none of its own.';
