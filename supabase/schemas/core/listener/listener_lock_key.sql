-- Object: freshet.listener_lock_key()
-- Why: one process listens and the others stand by.
create function freshet.listener_lock_key()
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.listener', 0);
$$;

revoke all on function freshet.listener_lock_key() from public, anon, authenticated;

comment on function freshet.listener_lock_key() is 'Advisory lock of the session that listens.';
