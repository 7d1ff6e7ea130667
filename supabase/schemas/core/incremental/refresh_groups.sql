-- Object: freshet.refresh_groups()
-- Why: the refresh of an incremental view, called by analytics.refresh_view() under the view's lock. It counts first,
--      since a statement over many partitions takes long to plan and nothing to do is the usual case. Everything is
--      computed again when the rows prove nothing (first fill, another cluster), when that is due (the weekly proof), and
--      when so many groups are dirty that it is cheaper. Then every row that had to be written has to be explained by a
--      logged change; others are counted, and mean that a write was not logged.
-- Why the settings: groups are computed by different sessions, and at::date or amount::text would follow each of them.
create function freshet.refresh_groups(
    view_name text,
    has_watch_gaps boolean,
    out is_clean boolean,
    out snapshot pg_snapshot,
    out moved_count bigint,
    out row_count bigint,
    out group_count bigint,
    out unexplained_count bigint,
    out rejected_count bigint,
    out moved_buckets integer[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set extra_float_digits = '1'
as $$
declare
    known analytics.views;
    declared analytics.incremental_views;
    began timestamptz;
    is_rebuild boolean;
    is_judged boolean;
    is_empty boolean := false;
    dirty_count bigint := 0;
    is_everything boolean := false;
    is_dearer boolean := false;
    gone_count bigint;
    new_count bigint;
    changed_count bigint;
    unexplained bigint;
    counted bigint;
    spent_ms double precision;
begin
    select * into strict known from analytics.views as v where v.view_name = refresh_groups.view_name;
    select * into strict declared from analytics.incremental_views as v where v.view_name = refresh_groups.view_name;
    -- A snapshot from the future belongs to another cluster; see freshet.has_source_changes().
    is_judged := known.refreshed_at is not null
        and coalesce(pg_snapshot_xmax(known.source_snapshot) <= pg_snapshot_xmax(freshet.others_snapshot()), false);
    is_rebuild := not is_judged or coalesce(declared.rebuilt_at not between clock_timestamp() - known.rebuild_after and clock_timestamp() + interval '1 hour', true);
    -- Everything is computed. A key that was put aside may not even be read any more: a value of its enum has another name.
    if has_watch_gaps then
        delete from analytics.dirty_groups as g where g.view_name = refresh_groups.view_name;
    end if;
    if is_judged then
        execute declared.count_statement into snapshot, dirty_count, is_everything;
        -- What was written to a new partition, or while a trigger was disabled, has no keys.
        is_everything := is_everything or has_watch_gaps;
        is_clean := dirty_count = 0 and not is_everything and not is_rebuild;
        -- A source was written to, and what its rows belong to may be left out.
        if is_clean and known.rejects is null then
            moved_count := 0;
            group_count := 0;
            row_count := known.row_count;
            return;
        end if;
        is_dearer := not is_rebuild and not is_everything and freshet.are_groups_dearer(declared, dirty_count, known.row_count);
        is_rebuild := is_rebuild or is_everything or is_dearer;
    end if;

    if known.refreshed_at is null then
        execute format('select not exists (select from analytics.%I)', view_name) into is_empty;
    end if;
    began := clock_timestamp();
    execute replace(
        case when is_empty then declared.fill_statement when is_rebuild then declared.rebuild_statement else declared.groups_statement end, '<rejects>', coalesce(known.rejects::text, '')
    )
        into snapshot, dirty_count, gone_count, new_count, changed_count, unexplained, counted, rejected_count, moved_buckets;
    if not is_judged or is_everything then
        moved_buckets := null;
    end if;
    spent_ms := extract(epoch from clock_timestamp() - began) * 1000;
    is_clean := coalesce(is_clean, false) and dirty_count = 0;
    moved_count := gone_count + new_count + changed_count;
    if is_judged and not is_everything then
        group_count := dirty_count;
        unexplained_count := case when is_rebuild then unexplained end;
    end if;
    row_count := coalesce(counted, known.row_count + new_count - gone_count);

    update analytics.incremental_views as v
    set rebuilt_at = case when is_rebuild then began else v.rebuilt_at end,
        unexplained_count = case
            when not is_rebuild or is_judged and is_everything then v.unexplained_count
            when is_judged then unexplained
            else 0
        end
    where v.view_name = refresh_groups.view_name;
    perform freshet.note_group_costs(view_name, is_rebuild, is_dearer, dirty_count, spent_ms);
end
$$;

revoke all on function freshet.refresh_groups(text, boolean) from public, anon, authenticated;

comment on function freshet.refresh_groups(text, boolean) is
    'Brings an incremental view up to date. has_watch_gaps: of freshet.read_watch(); is_clean: nothing had changed; snapshot: what the rows include; moved_count: rows written or deleted; row_count: rows of the view; group_count, unexplained_count, rejected_count: as in the ledger; moved_buckets: those of the rows written or deleted, as they were and as they are, null for all.';
