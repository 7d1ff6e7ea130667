-- Object: freshet.hear_listener()
-- Why: written only after a notification has come back, so it proves that the listener hears.
create function freshet.hear_listener(instance uuid)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.listeners as l set last_heard_at = clock_timestamp() where l.instance = hear_listener.instance;
$$;

revoke all on function freshet.hear_listener(uuid) from public, anon, authenticated;

comment on function freshet.hear_listener(uuid) is 'The heartbeat of the process that listens.';
