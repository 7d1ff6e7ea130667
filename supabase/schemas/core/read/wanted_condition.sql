-- Object: freshet.wanted_condition()
-- Why: a view holds what it held at its last refresh, also the rows of an organisation that has been deleted since. The operator
--      `listed` keeps the rows whose column is in a relation of schema analytics that has a column of the same name: what is
--      listed there no more is gone at once.
create function freshet.wanted_condition(relation regclass, filter jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case filter ->> 'op'
        when 'listed' then freshet.listed_condition(relation, filter)
        else freshet.filter_condition(relation, filter)
    end;
$$;

revoke all on function freshet.wanted_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.wanted_condition(regclass, jsonb) is 'One filter of a request as SQL over a relation that is called v.';
