-- Object: freshet.cut_overdue_refreshes()
-- Why: a job takes one view after another, each with its own time limit. The limit of a statement counts from its begin, so
--      the view is chosen in one statement, which sets the limit, and refreshed in the next one. What was chosen is
--      committed before the work begins, so that an attempt which kills its process was counted.
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
    -- Of an attempt that was killed the row says the same, while the next one is just about to begin.
    join pg_catalog.pg_stat_activity as a
        on a.pid = l.pid and a.xact_start < clock_timestamp() - d.statement_timeout - interval '5 seconds'
    where r.finished_at is null
        and v.outcome is null
        and v.claimed_at < clock_timestamp() - d.statement_timeout - interval '5 seconds'
        and l.pid <> pg_backend_pid();
$$;

revoke all on function freshet.cut_overdue_refreshes() from public, anon, authenticated;

comment on function freshet.cut_overdue_refreshes() is
    'Cancels a refresh of the queue that outlives the limit of its view. Background workers of pg_cron heed no limit that a command sets; elsewhere the limit itself comes first.';
