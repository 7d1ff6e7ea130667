-- Kind: missing
-- Means: a declared job is not scheduled.
-- Why: a job has only one of missing, inactive, edited and renamed at a time, so that one change is one incident.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('missing', 'error', false, false, 'A declared job is not scheduled.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    200, 'missing',
    'freshet.observe_findings(''missing'', array(select f from freshet.find_missing_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

create function freshet.find_missing_jobs()
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
            'message', format('cron.job has no job "%s"', d.job_name) || coalesce(
                (
                    select format(' of "%s"; jobid %s of "%s" has that name and does other work', d.owner, min(j.jobid), min(j.owner))
                    from freshet.known_cron_jobs() as j
                    where j.job_name = d.job_name
                    having count(*) > 0
                ),
                ''
            )
        )
    from analytics.scheduled_jobs as d
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
        and not exists (select from freshet.jobs_of_declarations() as j where j.job_name = d.job_name)
        and not exists (select from freshet.renamed_jobs() as r where r.job_name = d.job_name);
$$;

revoke all on function freshet.find_missing_jobs() from public, anon, authenticated;

comment on function freshet.find_missing_jobs() is 'Declared jobs that are not scheduled, and not under another name either.';
