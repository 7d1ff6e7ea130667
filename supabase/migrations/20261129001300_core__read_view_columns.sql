-- Object: private.column_reference(), analytics.read_view() (what it selects and orders by)
-- Why: a quoted name behind a relation is more than a column to PostgreSQL: v.ctid and v.xmin are read, and v.f calls f(v). What
--      is selected and what orders is checked as filters are: a column of the relation, or refused. Only the two places
--      where a name becomes SQL change, in the newest definition there is: the rest of the function is others' business.

create function private.column_reference(relation regclass, column_name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    perform private.typed_column(relation, column_name);
    return format('v.%I', column_name);
end
$$;
revoke all on function private.column_reference(regclass, text) from public, anon, authenticated;
comment on function private.column_reference(regclass, text) is
    'A column of a relation that is called v, as SQL. Raises 42703 for a system column and whatever else is none of its own.';

do $migration$
declare
    place record;
    definition text := pg_get_functiondef('analytics.read_view(text, jsonb)'::regprocedure);
begin
    for place in
        select p.unchecked, p.checked
        from (values
            ($$format('v.%I %s', o ->> 'column', $$, $$format('%s %s', private.column_reference(relation, o ->> 'column'), $$),
            ($$string_agg(format('v.%I', c), ', ')$$, $$string_agg(private.column_reference(relation, c), ', ')$$)
        ) as p (unchecked, checked)
    loop
        if strpos(definition, place.unchecked) = 0 then
            raise exception 'analytics.read_view has no place "%": check its names by hand', place.unchecked;
        end if;
        definition := replace(definition, place.unchecked, place.checked);
    end loop;
    execute definition;
end
$migration$;
