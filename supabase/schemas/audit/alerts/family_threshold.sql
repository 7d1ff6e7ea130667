-- Object: freshet.family_threshold()
-- Why: incidents that look alike are one alert only where coincidence is unlikely.
create function freshet.family_threshold(incident analytics.incidents)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Two refreshes that fail alike within an hour are hardly a coincidence; two jobs of different purposes may well
    -- be.
    select case when incident.kind = 'failed' and incident.job_name like 'refresh-%' then 2 else 5 end;
$$;

revoke all on function freshet.family_threshold(analytics.incidents) from public, anon, authenticated;

comment on function freshet.family_threshold(analytics.incidents) is
    'From how many incidents of one family within an hour on they are announced as one.';
