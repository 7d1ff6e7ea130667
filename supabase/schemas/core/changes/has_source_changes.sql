-- Object: freshet.has_source_changes()
-- Why: a view needs a refresh if a logged change is not in the snapshot of its rows; see analytics.source_changes.
create function freshet.has_source_changes(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select v.source_snapshot is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(v.source_snapshot) > pg_snapshot_xmax(freshet.others_snapshot())
        or exists (
            select
            from analytics.view_sources as s
            join analytics.source_changes as c on c.source = s.source
            where s.view_name = v.view_name
                and (
                    c.txid = pg_current_xact_id_if_assigned()
                    or (
                        c.txid >= pg_snapshot_xmin(v.source_snapshot)
                        and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
                    )
                )
        )
        -- What was written to a new partition, or while a trigger was disabled, is not logged.
        or freshet.has_watch_gaps(v.view_name)
    from analytics.views as v
    where v.view_name = has_source_changes.view_name;
$$;

revoke all on function freshet.has_source_changes(text) from public, anon, authenticated;

comment on function freshet.has_source_changes(text) is
    'True unless every change of the sources is logged, and every logged one included in the rows of the view.';
