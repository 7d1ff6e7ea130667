-- Object: freshet.refresh_lock_holders()
-- Why: a refresh is kept out by an advisory lock, which any role may take: each refresh then ends as skipped_busy, which is
--      no failure. A lock on a row would not be open to others, but the refresh would hold its snapshot against vacuum of
--      the registry, and writers of that row would wait for it; so a lock that is held too long is found and told.
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
        -- A refresh shares the lock of each source with others.
        select s.view_name, freshet.source_lock_key(s.source), false
        from analytics.view_sources as s
    )
    select
        w.view_name, l.pid, a.usename::text,
        case
            -- Its lock is as old as its transaction; of one that keeps the lock beyond it, as its last statement at least.
            when has_function_privilege(a.usesysid, 'analytics.refresh_view(text, text)', 'execute')
                or pg_has_role(a.usesysid, 'service_role', 'member')
                then coalesce(a.xact_start, a.state_change)
            -- A role that cannot refresh has nothing to hold it for, and may say something at any time to look young.
            else a.backend_start
        end
    from wanted as w
    join locks as l on l.key = w.key and (w.is_shared_enough or l.mode = 'ExclusiveLock')
    join pg_stat_activity as a on a.pid = l.pid;
$$;

revoke all on function freshet.refresh_lock_holders() from public, anon, authenticated;

comment on function freshet.refresh_lock_holders() is
    'Sessions that hold an advisory lock which keeps a view from being refreshed, and at least since when.';
