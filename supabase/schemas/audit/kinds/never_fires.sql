-- Kind: never_fires
-- Means: no minute ever fits the schedule of a job.
-- Why: pg_cron accepts such a schedule, and the job never runs and never fails.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('never_fires', 'error', false, false, 'No minute ever fits the schedule of a job.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    240, 'never_fires',
    'freshet.observe_findings(''never_fires'', array(select f from freshet.find_never_firing($2) as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted() and $2 is not null',
    false
);

create function freshet.find_never_firing(calendar jsonb)
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        j.job_name,
        jsonb_build_object(
            'job', j.job_name,
            'schedule', j.schedule,
            'jobid', j.jobid,
            'message', format('no minute of the next eight years fits "%s"', j.schedule)
        )
    from jsonb_to_recordset(calendar -> 'jobs') as c (job_name text, schedule text, never_fires boolean)
    join freshet.known_cron_jobs() as j on j.job_name = c.job_name and j.schedule = c.schedule
    where c.never_fires;
$$;

revoke all on function freshet.find_never_firing(jsonb) from public, anon, authenticated;

comment on function freshet.find_never_firing(jsonb) is
    'Jobs whose schedule has no slot in the calendar that was computed for this pass.';
