-- Object: freshet.log_refresh()
-- Why: every refresh, scheduled or by hand, writes its ledger row in one place.
create function freshet.log_refresh(entry analytics.refresh_log)
returns analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome,
        rows_before, rows_after, rejected_count, version, sqlstate, message, runid,
        group_count, changed_count, unexplained_count
    )
    values (
        entry.view_name, entry.requested_by, entry.started_at, clock_timestamp(), entry.outcome,
        entry.rows_before, entry.rows_after, entry.rejected_count, entry.version,
        entry.sqlstate, entry.message, entry.runid,
        entry.group_count, entry.changed_count, entry.unexplained_count
    )
    returning *;
$$;

revoke all on function freshet.log_refresh(analytics.refresh_log) from public, anon, authenticated;

comment on function freshet.log_refresh(analytics.refresh_log) is 'Appends one row to the ledger and returns it.';
