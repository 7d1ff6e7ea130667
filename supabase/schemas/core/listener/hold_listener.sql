-- Object: freshet.hold_listener()
-- Why: two listeners would refresh the same views. The lock belongs to a session, so a process that dies leaves it at
--      once. A process whose connection was cut without a word leaves its session, and the lock, until the server's
--      keepalive notices, which may take hours: such a session is ended here.
create function freshet.hold_listener(instance uuid)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Three heartbeats of `deno task listen`.
    silent_after constant interval := interval '90 seconds';
    holder integer;
begin
    select l.pid into holder
    from pg_catalog.pg_locks as l
    where l.locktype = 'advisory'
        and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
        and l.mode = 'ExclusiveLock'
        and l.granted
        and l.objsubid = 1
        and (l.classid::bigint << 32) | l.objid::bigint = freshet.listener_lock_key();
    if holder is distinct from pg_backend_pid() and not pg_try_advisory_lock(freshet.listener_lock_key()) then
        perform pg_terminate_backend(holder)
        from analytics.listeners as l
        where l.instance = hold_listener.instance
            or greatest(l.started_at, l.last_heard_at) < clock_timestamp() - silent_after;
        return false;
    end if;
    -- A session that has just taken the lock has had no time to be heard, so its time to be silent counts from now. That
    -- is no heartbeat: a process that starts or connects again and again, and is never heard, is reported.
    insert into analytics.listeners as l (instance)
    values (hold_listener.instance)
    on conflict (is_the_one) do update
    set instance = excluded.instance, started_at = excluded.started_at
    where l.instance <> excluded.instance or holder is distinct from pg_backend_pid();
    return true;
end
$$;

revoke all on function freshet.hold_listener(uuid) from public, anon, authenticated;

comment on function freshet.hold_listener(uuid) is
    'True where this session is the one that listens; else the caller stands by and asks again. Ends the session of a listener that was not heard for 90 s after it took the lock or was heard last, and an earlier session of the same process.';
