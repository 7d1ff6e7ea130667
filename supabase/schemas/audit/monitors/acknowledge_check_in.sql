-- Object: analytics.acknowledge_check_in()
-- Why: a check-in is repeated until Sentry has accepted it; see analytics.due_check_ins().
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

comment on function analytics.acknowledge_check_in(text, bigint) is
    'Sentry accepted the check-in of the run. Idempotent. Service role only.';
