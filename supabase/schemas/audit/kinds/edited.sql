-- Kind: edited
-- Means: a job differs from its declaration in schedule, command, owner or database.
-- Why: a change by hand is undone by the next migration, or should become one.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('edited', 'warning', false, false, 'A job differs from its declaration in schedule, command, owner or database.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    215, 'edited',
    'freshet.observe_findings(''edited'', array(select f from freshet.find_edited_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

create function freshet.find_edited_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with compared as (
        select
            d.job_name, d.schedule, j.jobid,
            -- The command itself is not in the alert: it may hold a key.
            array_remove(array[
                case when j.schedule <> d.schedule then format('schedule "%s" instead of "%s"', j.schedule, d.schedule) end,
                case when freshet.command_fingerprint(j.command) <> d.command_fingerprint then 'another command' end,
                case when j.owner <> d.owner then format('owner "%s" instead of "%s"', j.owner, d.owner) end,
                case when j.database <> d.database then format('database "%s" instead of "%s"', j.database, d.database) end
            ], null) as differences
        from analytics.scheduled_jobs as d
        join freshet.jobs_of_declarations() as o on o.job_name = d.job_name
        join freshet.known_cron_jobs() as j on j.jobid = o.jobid
    )
    select
        c.job_name,
        jsonb_build_object(
            'job', c.job_name,
            'schedule', c.schedule,
            'jobid', c.jobid,
            'message', format('job "%s" has %s', c.job_name, array_to_string(c.differences, ', '))
        )
    from (
        -- If several jobs have the name, one that is as declared is enough: that there are several is another finding.
        select distinct on (job_name) * from compared order by job_name, cardinality(differences), jobid
    ) as c
    where c.differences <> '{}';
$$;

revoke all on function freshet.find_edited_jobs() from public, anon, authenticated;

comment on function freshet.find_edited_jobs() is 'Declared jobs whose schedule, command, owner or database is not the declared one.';
