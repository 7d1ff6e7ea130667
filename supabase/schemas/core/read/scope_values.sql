-- Object: freshet.scope_values()
-- Why: a scope may lie inside an organisation: then both claims are conditions.
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
    'The values of the scope column that the caller may see: the claim itself, or the result of freshet.scope_<relation>(claim), inside an organisation freshet.scope_<relation>(claim, organisation).';
