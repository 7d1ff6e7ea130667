-- Kind: renamed
-- Means: a declared job is not scheduled, and its work is, under an undeclared name.
-- Why: a new name is one change by hand, and neither a missing job nor a stranger.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('renamed', 'warning', false, false, 'A declared job is not scheduled, but its work is, under an undeclared name.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    205, 'renamed',
    'freshet.observe_findings(''renamed'', array(select f from freshet.find_renamed_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

create function freshet.find_renamed_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.job_name,
        jsonb_build_object(
            'job', r.job_name,
            'renamed_to', r.new_name,
            'schedule', r.new_schedule,
            'jobid', r.new_jobid,
            'message', format(
                'cron.job has no job "%s"; job "%s" (jobid %s) does its work: renamed?', r.job_name, r.new_name, r.new_jobid
            )
        )
    from freshet.renamed_jobs() as r;
$$;

revoke all on function freshet.find_renamed_jobs() from public, anon, authenticated;

comment on function freshet.find_renamed_jobs() is 'Declared jobs whose work is scheduled under another name.';
