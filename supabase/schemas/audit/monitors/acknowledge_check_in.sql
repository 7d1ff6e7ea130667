-- Object: analytics.acknowledge_check_in()
-- Grain: job_monitors: one row per job with a Sentry monitor of its own
-- Why: a monitor for each job costs money and says little that an incident does not, so a job asks for one. A check-in
--      means "now" to Sentry: only the newest run is told, once, and again until it was taken.
create function analytics.acknowledge_check_in(job_name text, runid bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.job_monitors as m
    set told_runid = acknowledge_check_in.runid
    where m.job_name = acknowledge_check_in.job_name;
$$;

revoke all on function analytics.acknowledge_check_in(text, bigint) from public, anon, authenticated;

grant execute on function analytics.acknowledge_check_in(text, bigint) to service_role;

comment on function analytics.acknowledge_check_in(text, bigint) is 'Sentry took the check-in of the run. Idempotent. Service role only.';
