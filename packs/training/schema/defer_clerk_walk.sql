-- Object: analytics.defer_clerk_walk()
-- Why: Clerk says with 429 for how long it answers nothing else.
create function analytics.defer_clerk_walk(walk_id bigint, wait_seconds integer)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update freshet.clerk_walks as w
    set wait_until = now() + make_interval(secs => least(greatest(defer_clerk_walk.wait_seconds, 1), 3600))
    where w.walk_id = defer_clerk_walk.walk_id;
$$;

revoke all on function analytics.defer_clerk_walk(bigint, integer) from public, anon, authenticated;

grant execute on function analytics.defer_clerk_walk(bigint, integer) to service_role;

comment on function analytics.defer_clerk_walk(bigint, integer) is
    'Asks Clerk nothing more for this walk in wait_seconds, which counts as at least 1 and at most 3600.';
