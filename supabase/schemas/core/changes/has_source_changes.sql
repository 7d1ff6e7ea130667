-- Object: freshet.has_source_changes()
-- Why: a view needs a refresh if a logged change is not in the snapshot of its rows; see analytics.source_changes. Whether
--      every change is logged is asked of freshet.read_watch().
create function freshet.has_source_changes(sources regclass[], included pg_snapshot)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select included is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(included) > pg_snapshot_xmax(freshet.others_snapshot())
        or exists (
            select
            from analytics.source_changes as c
            where c.source = any (sources)
                and (
                    c.txid = pg_current_xact_id_if_assigned()
                    or (c.txid >= pg_snapshot_xmin(included) and not pg_visible_in_snapshot(c.txid, included))
                )
        );
$$;

revoke all on function freshet.has_source_changes(regclass[], pg_snapshot) from public, anon, authenticated;

comment on function freshet.has_source_changes(regclass[], pg_snapshot) is
    'True unless every logged change of the sources is included in a snapshot.';
