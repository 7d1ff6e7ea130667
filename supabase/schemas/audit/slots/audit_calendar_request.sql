-- Object: analytics.audit_calendar_request()
-- Why: slots are computed in the zone in which pg_cron runs jobs, which is not the one of a setting that it ignores.
create function analytics.audit_calendar_request()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return jsonb_build_object(
        'now', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        -- pg_cron before 1.5 ignores the setting, whatever it says.
        'timezone', case when freshet.ignored_timezone() is null then coalesce(current_setting('cron.timezone', true), 'GMT') else 'GMT' end,
        'matches_both_days', coalesce(current_setting('cron.match_dom_and_dow', true)::boolean, false),
        'jobs', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'job_name', j.job_name,
                        'schedule', j.schedule,
                        -- The scheduler itself needs a moment to start a due job.
                        'late_after_seconds',
                        extract(epoch from greatest(coalesce(d.late_after, interval '5 minutes'), interval '10 seconds'))
                    )
                    order by j.job_name, j.jobid
                ),
                '[]'
            )
            from freshet.known_cron_jobs() as j
            left join analytics.scheduled_jobs as d on d.job_name = j.job_name
        )
    );
exception
    -- The pass that follows reports what is wrong.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        return null;
end
$$;

revoke all on function analytics.audit_calendar_request() from public, anon, authenticated;

grant execute on function analytics.audit_calendar_request() to service_role;

comment on function analytics.audit_calendar_request() is
    'Input for the calendar of a pass: the clock and the schedules of cron.job; null when pg_cron cannot be read. Service role only. Contains no commands.';
