-- Object: freshet.view_state()
-- Why: one shape of state for read_view and view_states.
create function freshet.view_state(declared analytics.views)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'version', declared.version,
        'refreshed_at', declared.refreshed_at,
        'verified_at', declared.verified_at,
        'source_as_of', declared.source_as_of,
        'stale_after_seconds', extract(epoch from declared.stale_after)::bigint,
        'populated', coalesce(freshet.is_filled(declared), false)
    );
$$;

revoke all on function freshet.view_state(analytics.views) from public, anon, authenticated;

comment on function freshet.view_state(analytics.views) is 'State of a view in the shape that the read path expects.';
