-- Object: analytics.view_states()
-- Why: the functions learn the current versions of all views in one call.
create function analytics.view_states()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_object_agg(s.name, s.state), '{}'::jsonb)
    from (
        select v.view_name, freshet.view_state(v) || jsonb_strip_nulls(jsonb_build_object('buckets', i.buckets))
        from analytics.views as v
        left join analytics.incremental_views as i on i.view_name = v.view_name
        union all
        select l.live_name, freshet.live_state(l) from analytics.live_relations as l
    ) as s (name, state);
$$;

revoke all on function analytics.view_states() from public, anon, authenticated;

grant execute on function analytics.view_states() to service_role;

comment on function analytics.view_states() is
    'Version, ages and objective of every registered view and live relation, and the buckets of an incremental view, keyed by name. Service role only.';
