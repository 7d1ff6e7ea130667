-- Object: freshet.is_dynamic_refresh()
-- Why: a name that is put together at run time cannot be read from the text.
create function freshet.is_dynamic_refresh(text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select is_dynamic_refresh.text ~* '\mrefresh\s+materialized\s+view\s+(concurrently\s*)?(%|''|\$)';
$$;

revoke all on function freshet.is_dynamic_refresh(text) from public, anon, authenticated;

comment on function freshet.is_dynamic_refresh(text) is 'Whether a text refreshes a view whose name is put together at run time.';
