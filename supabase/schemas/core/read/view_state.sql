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
        -- Of an incremental view a refresh may find newer source rows and the same rows: then answers stay as they are.
        'source_as_of', case
            when i.view_name is null then declared.source_as_of else i.source_as_of
        end,
        'stale_after_seconds', extract(epoch from declared.stale_after)::bigint,
        'populated', coalesce(freshet.is_filled(declared), false)
    )
    from (select) as one
    left join analytics.incremental_views as i on i.view_name = declared.view_name;
$$;

revoke all on function freshet.view_state(analytics.views) from public, anon, authenticated;

comment on function freshet.view_state(analytics.views) is 'State of a view in the shape that the read path expects.';
