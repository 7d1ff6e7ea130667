-- Object: freshet.accept_clerk_deletions()
-- Why: only an operator knows whether a tenth of the users was deleted on purpose.
create function freshet.accept_clerk_deletions()
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    update freshet.clerk_walks as w
    set stopped_because = null
    from freshet.clerk_walks as old
    where old.walk_id = w.walk_id
        and old.stopped_because is not null
        and old.walk_id = (select max(n.walk_id) from freshet.clerk_walks as n)
    returning old.stopped_because;
$$;

revoke all on function freshet.accept_clerk_deletions() from public, anon, authenticated;

comment on function freshet.accept_clerk_deletions() is
    'Lets the newest walk go on that stopped before too many deletions. Returns what it stopped for; null when it had not stopped. Each is still asked for at Clerk before it is removed.';
