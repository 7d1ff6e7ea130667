create function private.state_of(name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select private.view_state(v) from analytics.views as v where v.view_name = state_of.name
    union all
    select private.live_state(l) from analytics.live_relations as l where l.live_name = state_of.name;
$$;

revoke all on function private.state_of(text) from public, anon, authenticated;

comment on function private.state_of(text) is 'Where a registered view or live relation stands; null when there is none of this name.';
