-- Kind: undeclared
-- Means: a job is scheduled without a declaration.
-- Why: only a declared job can be found missing or edited.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('undeclared', 'info', false, false, 'A job is scheduled that was not declared.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    225, 'undeclared',
    'freshet.observe_findings(''undeclared'', array(select f from freshet.find_undeclared_jobs() as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    ('undeclared', 'bundled_refreshes', 'job', 11),
    ('undeclared', 'failed', 'job', 11),
    ('undeclared', 'http_failed', 'job', 11),
    ('undeclared', 'missed', 'job', 11),
    ('undeclared', 'near_timeout', 'job', 11),
    ('undeclared', 'never_fires', 'job', 11),
    ('undeclared', 'pile_up', 'job', 11),
    ('undeclared', 'stuck', 'job', 11),
    ('undeclared', 'timed_out', 'job', 11),
    ('undeclared', 'too_fast', 'job', 11),
    ('undeclared', 'unknown_outcome', 'job', 11),
    ('undeclared', 'unset_timeout', 'job', 11),
    ('undeclared', 'wrong_host', 'job', 11),
    ('undeclared', 'zombie', 'job', 11);

create function freshet.find_undeclared_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        freshet.job_label(j.job_name, j.owner),
        jsonb_build_object(
            'job', freshet.job_label(j.job_name, j.owner),
            'schedule', j.schedule,
            'jobid', j.jobid,
            'owner', j.owner,
            'message', format('job "%s" of "%s" is scheduled, and nobody declared it', j.job_name, j.owner)
        )
    from freshet.known_cron_jobs() as j
    where j.jobid <> all (array(select d.jobid from freshet.jobs_of_declarations() as d))
        and j.jobid <> all (array(select c.jobid from freshet.duplicate_jobs() as c))
        and j.jobid <> all (array(select r.new_jobid from freshet.renamed_jobs() as r));
$$;

revoke all on function freshet.find_undeclared_jobs() from public, anon, authenticated;

comment on function freshet.find_undeclared_jobs() is
    'Scheduled jobs that are neither declared nor another one''s duplicate or new name. One whose name is declared for another owner is called "<name> of <owner>".';
