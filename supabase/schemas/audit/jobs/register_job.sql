-- Object: analytics.register_job()
-- Why: schedules and declares in one transaction, so that neither exists without the other.
create function analytics.register_job(
    job_name text,
    schedule text,
    command text,
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes',
    min_runtime interval default null,
    period interval default null,
    failure_threshold integer default null,
    recovery_threshold integer default null,
    severity text default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform cron.schedule(job_name, schedule, command);
    perform freshet.declare_job(
        job_name => job_name,
        schedule => schedule,
        command => command,
        late_after => late_after,
        max_runtime => max_runtime,
        min_runtime => min_runtime,
        period => period,
        failure_threshold => failure_threshold,
        recovery_threshold => recovery_threshold,
        severity => severity
    );
end
$$;

revoke all on function analytics.register_job(
    text, text, text, interval, interval, interval, interval, integer, integer, text
) from public, anon, authenticated;

comment on function analytics.register_job(
    text, text, text, interval, interval, interval, interval, integer, integer, text
) is
    'Schedules a job with pg_cron and declares it to the audit. Idempotent: the same name replaces; thresholds and severity that are not given stay. Views use register_view.';
