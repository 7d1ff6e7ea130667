-- Object: freshet.state_of()
-- Why: a read request names views and live relations alike.
create function freshet.state_of(name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select freshet.view_state(v) from analytics.views as v where v.view_name = state_of.name
    union all
    select freshet.live_state(l) from analytics.live_relations as l where l.live_name = state_of.name;
$$;

revoke all on function freshet.state_of(text) from public, anon, authenticated;

comment on function freshet.state_of(text) is
    'State of a registered view or live relation; null when none has this name.';
