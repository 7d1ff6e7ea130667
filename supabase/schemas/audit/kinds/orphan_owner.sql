-- Kind: orphan_owner
-- Means: jobs belong to a role that does not exist.
-- Why: the scheduler of pg_cron crashes on them, and every job stops.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('orphan_owner', 'fatal', false, false, 'Jobs belong to a role that does not exist: the scheduler of pg_cron crashes on them, and every job stops.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    230, 'orphan_owner',
    'freshet.observe_findings(''orphan_owner'', array(select f from freshet.find_orphan_owners() as f), array(select distinct freshet.short_name(j.owner) from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted()',
    false
);

create function freshet.find_orphan_owners()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- One cause, however many jobs: the subject is the role.
    select
        freshet.short_name(j.owner),
        jsonb_build_object(
            'owner', freshet.short_name(j.owner),
            'jobs', to_jsonb((array_agg(j.job_name order by j.jobid))[1:20]),
            'jobids', to_jsonb((array_agg(j.jobid order by j.jobid))[1:20]),
            'message', format(
                'role "%s" does not exist and owns %s %s; pg_cron crashes when it looks the role up',
                freshet.short_name(j.owner), count(*), case when count(*) = 1 then 'job' else 'jobs' end
            )
        )
    from freshet.known_cron_jobs() as j
    where not exists (select from pg_catalog.pg_roles as r where r.rolname = j.owner)
    group by j.owner;
$$;

revoke all on function freshet.find_orphan_owners() from public, anon, authenticated;

comment on function freshet.find_orphan_owners() is 'Owners of jobs that no longer exist as roles.';
