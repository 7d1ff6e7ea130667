-- Object: freshet.state_of()
-- Grain: one row per relation that answers rest on as it is now, without a materialized view between
-- Why: some answers are about this moment: who reports to whom, a person's last attempts. They are read from tables, and
--      still cached: the version of a live relation is the number of statements that wrote to its tables, so that an
--      answer made before a commit is never served after it.
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

comment on function freshet.state_of(text) is 'Where a registered view or live relation stands; null when there is none of this name.';
