-- Object: freshet.newest_source_change()
-- Why: a view with refresh_on_change is refreshed once its sources have changed and come to rest. This is the only
--      function that freshet.request_changed_refreshes() asks.
create function freshet.newest_source_change(view_name text)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- The condition of freshet.has_source_changes(). A view without a snapshot, or with one of another cluster, has no
    -- known change: its schedule refreshes it.
    select max(c.changed_at)
    from analytics.views as v
    join analytics.view_sources as s on s.view_name = v.view_name
    join analytics.source_changes as c on c.source = s.source
    where v.view_name = newest_source_change.view_name
        and v.source_snapshot is not null
        and (
            c.txid = pg_current_xact_id_if_assigned()
            or (
                c.txid >= pg_snapshot_xmin(v.source_snapshot)
                and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
            )
        );
$$;

revoke all on function freshet.newest_source_change(text) from public, anon, authenticated;

comment on function freshet.newest_source_change(text) is
    'When the newest logged change was made that the rows of the view do not include; null where they include all.';
