-- Object: freshet.cut_overdue_refreshes()
-- Why: background workers of pg_cron ignore a limit that a command sets, so the limits of the queue are enforced from
--      another session.
create function freshet.cut_overdue_refreshes()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select pg_cancel_backend(l.pid)
    from analytics.refresh_request_views as v
    join analytics.refresh_requests as r on r.id = v.request_id
    join analytics.views as d on d.view_name = v.view_name
    join pg_catalog.pg_locks as l
        on l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted and l.objsubid = 1
        and l.database = (select b.oid from pg_catalog.pg_database as b where b.datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = freshet.refresh_request_key(v.request_id)
    -- An attempt that was killed leaves the same row while the next one is just about to begin.
    join pg_catalog.pg_stat_activity as a
        on a.pid = l.pid and a.xact_start < clock_timestamp() - d.statement_timeout - interval '5 seconds'
    where r.finished_at is null
        and v.outcome is null
        and v.claimed_at < clock_timestamp() - d.statement_timeout - interval '5 seconds'
        and l.pid <> pg_backend_pid();
$$;

revoke all on function freshet.cut_overdue_refreshes() from public, anon, authenticated;

comment on function freshet.cut_overdue_refreshes() is
    'Cancels a refresh of the queue that exceeds the limit of its view. Background workers of pg_cron ignore limits that a command sets; elsewhere the limit itself acts first.';
