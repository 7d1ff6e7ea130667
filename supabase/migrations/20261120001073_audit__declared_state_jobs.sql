-- Object: private.find_missing_jobs(), private.find_inactive_jobs(), private.find_edited_jobs()
-- Why: declared jobs that are not in cron.job, or not as they were declared. One job has one of these at a time, so that
--      one change is one incident.

create function private.find_missing_jobs()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    select
        d.job_name,
        jsonb_build_object(
            'job', d.job_name,
            'schedule', d.schedule,
            'message', format('cron.job has no job "%s"', d.job_name)
        )
    from analytics.scheduled_jobs as d
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
        and not exists (select from private.known_cron_jobs() as j where j.job_name = d.job_name);
$$;
revoke all on function private.find_missing_jobs() from public, anon, authenticated;
comment on function private.find_missing_jobs() is 'Declared jobs that are not scheduled.';

create function private.find_inactive_jobs()
returns setof private.audit_finding
language sql
stable
set search_path = ''
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
    join private.known_cron_jobs() as j on j.job_name = d.job_name
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
    group by d.job_name
    having not bool_or(j.active);
$$;
revoke all on function private.find_inactive_jobs() from public, anon, authenticated;
comment on function private.find_inactive_jobs() is 'Declared jobs that are scheduled and switched off.';

create function private.find_edited_jobs()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    with compared as (
        select
            d.job_name, d.schedule, j.jobid,
            -- The command itself stays inside: it may hold a key.
            array_remove(array[
                case when j.schedule <> d.schedule then format('schedule "%s" instead of "%s"', j.schedule, d.schedule) end,
                case when private.command_fingerprint(j.command) <> d.command_fingerprint then 'another command' end,
                case when j.owner <> d.owner then format('owner "%s" instead of "%s"', j.owner, d.owner) end,
                case when j.database <> d.database then format('database "%s" instead of "%s"', j.database, d.database) end
            ], null) as differences
        from analytics.scheduled_jobs as d
        join private.known_cron_jobs() as j on j.job_name = d.job_name
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
        -- Of several jobs with the name, one as declared is enough: that there are several is another finding.
        select distinct on (job_name) * from compared order by job_name, cardinality(differences), jobid
    ) as c
    where c.differences <> '{}';
$$;
revoke all on function private.find_edited_jobs() from public, anon, authenticated;
comment on function private.find_edited_jobs() is 'Declared jobs whose schedule, command, owner or database is not the declared one.';
