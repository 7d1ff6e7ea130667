-- Object: freshet.failed_at()
-- Why: the detector looked back six hours at most, so that what a longer outage left was never judged. It goes on where it
--      ended. And what pg_net deleted before it was read is said, as a loss of history is.
create function freshet.failed_at(evidence jsonb)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- One that never was is over before any other.
    select coalesce(freshet.run_time((evidence ->> 'failed_at')::timestamptz), '-infinity');
$$;

revoke all on function freshet.failed_at(jsonb) from public, anon, authenticated;

comment on function freshet.failed_at(jsonb) is 'The moment of the failed answer that a finding or an incident is about.';
