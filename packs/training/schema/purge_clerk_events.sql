-- Object: freshet.purge_clerk_events()
-- Why: see freshet.clerk_events.
create function freshet.purge_clerk_events()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with removed as (
        delete from freshet.clerk_events as e where e.taken_at < now() - interval '8 days' returning 1
    )

    select count(*) from removed;
$$;

revoke all on function freshet.purge_clerk_events() from public, anon, authenticated;

comment on function freshet.purge_clerk_events() is 'Removes ids of messages that were taken more than 8 days ago. Returns how many.';

select analytics.register_job(
    job_name => 'purge-clerk-events',
    schedule => '25 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select freshet.purge_clerk_events()'
);
