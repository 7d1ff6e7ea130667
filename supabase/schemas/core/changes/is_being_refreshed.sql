-- Object: freshet.is_being_refreshed()
-- Why: a refresh that is waiting or running may include a change already, so the change is judged after it.
create function freshet.is_being_refreshed(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.refresh_requests as r
        join analytics.refresh_request_views as w on w.request_id = r.id
        where r.finished_at is null and w.view_name = is_being_refreshed.view_name and w.outcome is null
    )
    -- A refresh by schedule or by hand is not committed; its lock is visible. Trying the lock would make a refresh that
    -- begins at this moment skip the view.
    or exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and l.pid <> pg_backend_pid()
            and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended('freshet.refresh:' || is_being_refreshed.view_name, 0)
    );
$$;

revoke all on function freshet.is_being_refreshed(text) from public, anon, authenticated;

comment on function freshet.is_being_refreshed(text) is
    'True while the view is in the queue, or another session refreshes it.';
