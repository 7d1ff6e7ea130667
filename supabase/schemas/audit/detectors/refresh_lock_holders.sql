-- Object: freshet.refresh_lock_holders(), used by the detector of kind lock_wait
-- Why: an advisory lock, which any role may take, keeps a refresh out: each refresh then ends as skipped_busy, which is
--      not a failure. A row lock would not be open to other roles, but the refresh would hold its snapshot against
--      vacuum of the registry, and writers of that row would wait for it; so a lock that is held too long is found and
--      reported.
create function freshet.refresh_lock_holders()
returns table (view_name text, pid integer, role_name text, held_since timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with locks as materialized (
        select l.pid, l.mode, (l.classid::bigint << 32) | l.objid::bigint as key
        from pg_locks as l
        where l.locktype = 'advisory' and l.granted and l.objsubid = 1
            and l.database = (select d.oid from pg_database as d where d.datname = current_database())
    ),
    wanted as (
        select v.view_name, hashtextextended('freshet.refresh:' || v.view_name, 0) as key, true as is_shared_enough
        from analytics.views as v
        union all
        -- Refreshes share the lock of each source.
        select s.view_name, freshet.source_lock_key(s.source), false
        from analytics.view_sources as s
    )
    select
        w.view_name, l.pid, a.usename::text,
        case
            -- A lock is as old as its transaction; one kept beyond the transaction is at least as old as the last
            -- statement.
            when has_function_privilege(a.usesysid, 'analytics.refresh_view(text, text)', 'execute')
                or pg_has_role(a.usesysid, 'service_role', 'member')
                then coalesce(a.xact_start, a.state_change)
            -- A role that cannot refresh has no reason to hold the lock, and could look young by running a statement at
            -- any time.
            else a.backend_start
        end
    from wanted as w
    join locks as l on l.key = w.key and (w.is_shared_enough or l.mode = 'ExclusiveLock')
    join pg_stat_activity as a on a.pid = l.pid;
$$;

revoke all on function freshet.refresh_lock_holders() from public, anon, authenticated;

comment on function freshet.refresh_lock_holders() is
    'Sessions that hold an advisory lock which keeps a view from being refreshed, and at least since when.';
