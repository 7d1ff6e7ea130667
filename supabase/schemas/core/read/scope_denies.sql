-- Object: freshet.scope_denies()
-- Why: asking for rows outside the scope is an error that the caller sees (403), not an empty answer.
create function freshet.scope_denies(scope jsonb, allowed text[], filters jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from jsonb_array_elements(filters) as f
        where f ->> 'op' = 'eq'
            and (
                (f ->> 'column' = scope ->> 'column' and f ->> 'value' <> all (allowed))
                or (f ->> 'column' = scope #>> '{org,column}' and f ->> 'value' <> scope #>> '{org,value}')
            )
    );
$$;

revoke all on function freshet.scope_denies(jsonb, text[], jsonb) from public, anon, authenticated;

comment on function freshet.scope_denies(jsonb, text[], jsonb) is 'Whether a filter asks for a scope value that is not the caller''s.';
