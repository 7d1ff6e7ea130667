-- Object: freshet.listed_condition()
-- Why: a view holds what it held at its last refresh, also the rows of an organisation that has been deleted since. The operator
--      `listed` keeps the rows whose column is in a relation of schema analytics that has a column of the same name: what is
--      listed there no more is gone at once.
create function freshet.listed_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Raises for what is no column of the relation.
    perform freshet.typed_column(relation, filter ->> 'column');
    return format('exists (select from analytics.%1$I as l where l.%2$I = v.%2$I)', filter ->> 'value', filter ->> 'column');
end
$$;

revoke all on function freshet.listed_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.listed_condition(regclass, jsonb) is
    'The operator listed as SQL: rows whose column is in the relation of schema analytics that is the filter''s value.';
