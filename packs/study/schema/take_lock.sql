-- Object: freshet.take_lock()
-- Why: all that tracking writes belongs to one user. With the batches of a user one after the other none meets half of
--      another, none deadlocks with another, and an erasure meets no event that is on its way.
create function freshet.take_lock(user_id text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('freshet.study ' || user_id, 0));
$$;

revoke all on function freshet.take_lock(text) from public, anon, authenticated, service_role;

comment on function freshet.take_lock(text) is
    'Waits until no other transaction writes events of the user, and holds until this one ends. Take it before the job''s lock.';
