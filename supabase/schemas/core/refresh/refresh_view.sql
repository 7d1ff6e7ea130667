-- Object: analytics.refresh_view()
-- Why: the only way a view is recomputed. Busy: skipped and recorded, never queued. Clean sources: skipped and
--      recorded. Never populated: plain refresh, since a concurrent one is not possible; afterwards concurrent, so that
--      readers never wait. A failure is raised, since pg_cron records a job that swallows its error as succeeded. A
--      view whose source was never filled, and is being filled by another session, is skipped_busy too: a plain attempt
--      would fail with "has not been populated" and raise a false alert after a first deployment with many rows.
create function analytics.refresh_view(view_name text, requested_by text default 'schedule')
returns analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
declare
    declared analytics.views;
    entry analytics.refresh_log;
    relation regclass;
    is_populated boolean;
    is_incremental constant boolean := freshet.is_incremental(view_name);
    groups record;
    is_clean boolean := false;
    has_moved boolean := true;
    snapshot_before pg_snapshot;
    error_state text;
    error_message text;
    source_view text;
    source_entry analytics.refresh_log;
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
        return freshet.log_refresh(entry);
    end if;

    -- Read again under the lock: a refresh that has just ended has moved the version.
    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    perform pg_advisory_xact_lock_shared(freshet.source_lock_key(s.source))
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    begin
        relation := format('analytics.%I', view_name)::regclass;
        is_populated := freshet.is_filled(declared);

        -- A source that was never refreshed has nothing to read yet: it is refreshed first, whatever its schedule says.
        -- If another session is refreshing it, this view waits for its own next refresh: waiting here would block.
        for source_view in
            select v.view_name
            from analytics.view_sources as s
            join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = s.source
            where s.view_name = refresh_view.view_name and not freshet.is_filled(v)
        loop
            source_entry := analytics.refresh_view(source_view, refresh_view.requested_by);
            if source_entry.outcome = 'skipped_busy' then
                entry.outcome := 'skipped_busy';
                return freshet.log_refresh(entry);
            end if;
        end loop;

        -- Taken before the check and the refresh, so whatever the snapshot includes, they include too.
        snapshot_before := freshet.others_snapshot();

        if is_populated
            and coalesce(
                (select coalesce(i.rebuilt_at, '-infinity') from analytics.incremental_views as i where i.view_name = refresh_view.view_name),
                declared.refreshed_at
            ) > entry.started_at - declared.rebuild_after
            and not freshet.has_source_changes(view_name)
        then
            update analytics.views as v
            set verified_at = entry.started_at, source_snapshot = snapshot_before
            where v.view_name = refresh_view.view_name;
            entry.outcome := 'skipped_clean';
            entry.rows_after := declared.row_count;
            entry.rejected_count := declared.rejected_count;
            if is_incremental then
                entry.group_count := 0;
                entry.changed_count := 0;
            end if;
            return freshet.log_refresh(entry);
        end if;

        if is_incremental then
            groups := freshet.refresh_groups(view_name);
            snapshot_before := groups.snapshot;
            is_clean := groups.is_clean;
            has_moved := groups.moved_count > 0 or not is_populated;
            entry.rows_after := groups.row_count;
            entry.group_count := groups.group_count;
            entry.changed_count := groups.moved_count;
            entry.unexplained_count := groups.unexplained_count;
            entry.rejected_count := groups.rejected_count;
            if not is_populated then
                execute format('analyze %s', relation);
            end if;
        elsif is_populated then
            execute format('refresh materialized view concurrently %s', relation);
        else
            execute format('refresh materialized view %s', relation);
            -- Until the next autovacuum the planner would assume that it is empty.
            execute format('analyze %s', relation);
        end if;
        -- An incremental view counts what came and went: these read everything.
        if not is_incremental then
            execute format('select count(*) from %s', relation) into entry.rows_after;
            if declared.rejects is not null then
                execute format('select count(*) from %s', declared.rejects) into entry.rejected_count;
            end if;
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

    entry.outcome := case when is_clean then 'skipped_clean' else 'refreshed' end;
    -- Rows that did not move have the version that they had, and cached answers stay.
    entry.version := declared.version + has_moved::integer;
    update analytics.views as v
    set version = entry.version,
        refreshed_at = case when has_moved then entry.started_at else v.refreshed_at end,
        verified_at = entry.started_at,
        source_as_of = declared.source_as_of,
        source_snapshot = snapshot_before,
        row_count = entry.rows_after,
        rejected_count = entry.rejected_count
    where v.view_name = refresh_view.view_name;

    if is_incremental and has_moved then
        perform freshet.move_buckets(view_name, groups.moved_buckets);
    end if;

    -- For views that read this one, its refresh is a change of a source.
    insert into analytics.source_changes (source)
    select relation
    where has_moved and exists (select from analytics.view_sources as s where s.source = relation);

    perform freshet.trim_source_changes(s.source)
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    return freshet.log_refresh(entry);
end
$$;

revoke all on function analytics.refresh_view(text, text) from public, anon, authenticated;

grant execute on function analytics.refresh_view(text, text) to service_role;

comment on function analytics.refresh_view(text, text) is
    'Brings a registered view up to date and returns its ledger row. Idempotent. Raises on failure, with the SQLSTATE in the message too.';
