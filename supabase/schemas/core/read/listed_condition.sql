-- Object: freshet.listed_condition()
-- Why: a view keeps the rows of its last refresh, also those of an organisation that has been deleted since. The
--      operator `listed` keeps only rows whose column is in a relation of schema analytics with a column of the same
--      name: a value that has left that relation disappears at once.
create function freshet.listed_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Raises if it is not a column of the relation.
    perform freshet.typed_column(relation, filter ->> 'column');
    return format('exists (select from analytics.%1$I as l where l.%2$I = v.%2$I)', filter ->> 'value', filter ->> 'column');
end
$$;

revoke all on function freshet.listed_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.listed_condition(regclass, jsonb) is
    'The operator listed as SQL: rows whose column is in the relation of schema analytics that the filter''s value names.';
