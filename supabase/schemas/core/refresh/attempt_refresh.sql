-- Object: freshet.attempt_refresh(view_name, requested_by), freshet.attempt_refresh(view_name)
-- Why: a failed refresh by hand or of the queue is an outcome in the ledger, not an exception: its row must survive,
--      both as evidence and for the limit of one refresh a minute.
create function freshet.attempt_refresh(view_name text, requested_by text)
returns analytics.refresh_log
language plpgsql
set search_path = pg_catalog, pg_temp
-- One blocked view must not keep the views after it waiting. (A statement_timeout would have no effect here.)
set lock_timeout = '5s'
as $$
declare
    entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := requested_by;
    entry.started_at := clock_timestamp();
    return analytics.refresh_view(view_name, requested_by);
exception
    when query_canceled or others then
        entry.outcome := 'failed';
        entry.sqlstate := sqlstate;
        entry.message := sqlerrm;
        return freshet.log_refresh(entry);
end
$$;

-- For an admin's call over the data API: the message of a failure may hold rows, so the result says where to find it.
create function freshet.attempt_refresh(view_name text)
returns analytics.refresh_log
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    entry analytics.refresh_log := freshet.attempt_refresh(view_name, 'manual');
begin
    if entry.outcome = 'failed' then
        entry.message := freshet.told_refresh_message(entry.sqlstate, entry.id);
    end if;
    return entry;
end
$$;

revoke all on function freshet.attempt_refresh(text) from public, anon, authenticated;

revoke all on function freshet.attempt_refresh(text, text) from public, anon, authenticated;

comment on function freshet.attempt_refresh(text, text) is
    'Refreshes a view and returns its ledger row, failed or not: only the work of this view is rolled back.';

comment on function freshet.attempt_refresh(text) is
    'Refreshes a view for a caller and returns its ledger row, failed or not: only the work of this view is rolled back. The message of a failure is in the ledger; the returned row says where.';
