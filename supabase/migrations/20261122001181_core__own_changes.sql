-- Object: private.others_snapshot(), private.has_source_changes() (replaced), analytics.refresh_view() (replaced)
-- Why: what a transaction's own snapshot says of its own number depends on who else has ended meanwhile: it may leave it
--      out, as if everything that it writes were included. A transaction that writes, refreshes and writes again could so
--      be told that nothing had changed, or leave behind a view that counts the later write as included, for ever. So
--      its own writes always count as changes, and the snapshot that a view keeps says "in progress" of the transaction
--      that refreshed it: at worst one refresh too many.

create function private.others_snapshot()
returns pg_snapshot
language sql
stable
set search_path = ''
as $$
    with present as (
        select pg_current_snapshot() as snapshot, pg_current_xact_id_if_assigned()::text::bigint as own
    ),

    bounds as (
        select
            p.snapshot,
            p.own,
            least(pg_snapshot_xmin(p.snapshot)::text::bigint, p.own) as lowest,
            pg_snapshot_xmax(p.snapshot)::text::bigint as seen_until,
            greatest(pg_snapshot_xmax(p.snapshot)::text::bigint, p.own + 1) as beyond
        from present as p
    ),

    in_progress as (
        select x::text::bigint as txid from bounds as b, pg_snapshot_xip(b.snapshot) as x
        union
        -- Those that began after the snapshot's end, up to one's own number.
        select g from bounds as b, generate_series(b.seen_until, b.beyond - 1) as g
        union
        select b.own from bounds as b
    )

    select case
        when b.own is null then b.snapshot
        else format('%s:%s:%s', b.lowest, b.beyond, (select string_agg(i.txid::text, ',' order by i.txid) from in_progress as i))::pg_snapshot
    end
    from bounds as b;
$$;
revoke all on function private.others_snapshot() from public, anon, authenticated;
comment on function private.others_snapshot() is 'The current snapshot, in which the current transaction counts as in progress.';

create or replace function private.has_source_changes(view_name text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select v.source_snapshot is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(v.source_snapshot) > pg_snapshot_xmax(private.others_snapshot())
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
    from analytics.views as v
    where v.view_name = has_source_changes.view_name;
$$;

create or replace function analytics.refresh_view(view_name text, requested_by text default 'schedule')
returns analytics.refresh_log
language plpgsql
security definer
set search_path = ''
as $$
declare
    declared analytics.views;
    entry analytics.refresh_log;
    relation regclass;
    is_populated boolean;
    snapshot_before pg_snapshot;
    error_state text;
    error_message text;
begin
    entry.view_name := view_name;
    entry.requested_by := requested_by;
    entry.started_at := clock_timestamp();

    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    if not found then
        raise exception using
            errcode = 'undefined_table',
            message = format('refresh of analytics.%s failed [42P01]: the view is not registered', view_name),
            hint = 'Register it in its migration with analytics.register_view, or unschedule its job.';
    end if;
    entry.rows_before := declared.row_count;
    entry.version := declared.version;

    if not pg_try_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0)) then
        entry.outcome := 'skipped_busy';
        return private.log_refresh(entry);
    end if;

    -- Read again under the lock: a refresh that has just ended has moved it.
    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    perform pg_advisory_xact_lock_shared(private.source_lock_key(s.source))
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    begin
        relation := format('analytics.%I', view_name)::regclass;
        select c.relispopulated into strict is_populated from pg_catalog.pg_class as c where c.oid = relation;

        -- A source that was never refreshed has nothing to read yet: it comes first, whatever its schedule says.
        perform analytics.refresh_view(v.view_name, refresh_view.requested_by)
        from analytics.view_sources as s
        join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = s.source
        join pg_catalog.pg_class as c on c.oid = s.source
        where s.view_name = refresh_view.view_name and not c.relispopulated;

        -- Taken before the check and the refresh, so that what it includes they include too.
        snapshot_before := private.others_snapshot();

        if is_populated
            and declared.refreshed_at > entry.started_at - declared.rebuild_after
            and not private.has_source_changes(view_name)
        then
            update analytics.views as v
            set verified_at = entry.started_at, source_snapshot = snapshot_before
            where v.view_name = refresh_view.view_name;
            entry.outcome := 'skipped_clean';
            entry.rows_after := declared.row_count;
            entry.rejected_count := declared.rejected_count;
            return private.log_refresh(entry);
        end if;

        if is_populated then
            execute format('refresh materialized view concurrently %s', relation);
        else
            execute format('refresh materialized view %s', relation);
            -- Until autovacuum comes by, the planner would take it for empty.
            execute format('analyze %s', relation);
        end if;
        execute format('select count(*) from %s', relation) into entry.rows_after;

        if declared.rejects is not null then
            execute format('select count(*) from %s', declared.rejects) into entry.rejected_count;
        end if;
        if declared.source_at_table is not null then
            execute format(
                'select max(%I) from %s', declared.source_at_column, declared.source_at_table
            ) into declared.source_as_of;
        end if;
    exception
        when query_canceled or others then
            get stacked diagnostics error_state = returned_sqlstate, error_message = message_text;
            raise exception using
                errcode = error_state,
                message = format(
                    'refresh of analytics.%s failed [%s]: %s', view_name, error_state, error_message
                ),
                hint = 'The rows of the last good refresh are still served.';
    end;

    entry.outcome := 'refreshed';
    entry.version := declared.version + 1;
    update analytics.views as v
    set version = entry.version,
        refreshed_at = entry.started_at,
        verified_at = entry.started_at,
        source_as_of = declared.source_as_of,
        source_snapshot = snapshot_before,
        row_count = entry.rows_after,
        rejected_count = entry.rejected_count
    where v.view_name = refresh_view.view_name;

    -- For the views that read this one, its refresh is a change of a source.
    insert into analytics.source_changes (source)
    select relation
    where exists (select from analytics.view_sources as s where s.source = relation);

    perform private.trim_source_changes(s.source)
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    return private.log_refresh(entry);
end
$$;
