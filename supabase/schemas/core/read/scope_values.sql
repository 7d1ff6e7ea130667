-- Object: freshet.scope_values()
-- Why: three things that rows of one view do not answer. A *reading* is a function freshet.reading_<name>(asked jsonb) that
--      answers a question at the time of the read: windows that end today, ranks among those who may be seen. Its rows are
--      filtered, ordered, cut and scoped as those of a view are. The states of everything that it reads come back with
--      the rows, from the same snapshot. A scope may lie inside an organisation: then both claims are conditions. And a
--      request may ask how many rows there are beside those of its page.
create function freshet.scope_values(scope jsonb)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant text := scope ->> 'relation';
    org constant text := scope #>> '{org,value}';
    found_values text[];
begin
    if relation is null then
        return array[scope ->> 'value'];
    end if;
    if org is null then
        execute format('select array_agg(x) from freshet.%I($1) as x', 'scope_' || relation)
        into found_values
        using scope ->> 'value';
    else
        execute format('select array_agg(x) from freshet.%I($1, $2) as x', 'scope_' || relation)
        into found_values
        using scope ->> 'value', org;
    end if;
    return coalesce(found_values, '{}');
end
$$;

revoke all on function freshet.scope_values(jsonb) from public, anon, authenticated;

comment on function freshet.scope_values(jsonb) is
    'What a caller may see in the scope column: the claim itself, or what freshet.scope_<relation>(claim), inside an organisation freshet.scope_<relation>(claim, organisation), returns.';
