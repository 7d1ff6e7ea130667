-- Kind: inactive
-- Means: a declared job is scheduled, but switched off.
-- Why: pg_cron logs nothing about an inactive job.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('inactive', 'error', false, false, 'A declared job is scheduled, but switched off.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    210, 'inactive',
    'freshet.observe_findings(''inactive'', array(select f from freshet.find_inactive_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

create function freshet.find_inactive_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        d.job_name,
        jsonb_build_object(
            'job', d.job_name,
            'schedule', d.schedule,
            'jobid', min(j.jobid),
            'message', format('job "%s" is scheduled and not active', d.job_name)
        )
    from analytics.scheduled_jobs as d
    join freshet.jobs_of_declarations() as o on o.job_name = d.job_name
    join freshet.known_cron_jobs() as j on j.jobid = o.jobid
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
    group by d.job_name
    having not bool_or(j.active);
$$;

revoke all on function freshet.find_inactive_jobs() from public, anon, authenticated;

comment on function freshet.find_inactive_jobs() is 'Declared jobs that are scheduled and switched off.';
