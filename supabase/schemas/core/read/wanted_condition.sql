-- Object: freshet.wanted_condition()
-- Why: one entry for all filter operators: `listed` compares with a relation, the others with values.
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

comment on function freshet.wanted_condition(regclass, jsonb) is
    'One filter of a request as SQL over a relation with alias v.';
