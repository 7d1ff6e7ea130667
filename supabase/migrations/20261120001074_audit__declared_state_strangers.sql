-- Object: private.find_duplicated_jobs(), private.find_undeclared_jobs()
-- Why: jobs that nobody declared. One that repeats the work of another is told as its duplicate, and only as that.

create function private.duplicate_jobs()
returns table (job_name text, jobid bigint, original text)
language sql
stable
set search_path = ''
as $$
    with jobs as (
        select j.*, d.job_name is not null as is_declared
        from private.known_cron_jobs() as j
        left join analytics.scheduled_jobs as d on d.job_name = j.job_name
    ),
    repeated as (
        -- The same name under two owners.
        select j.job_name, j.jobid, o.job_name as original
        from jobs as j
        join jobs as o on o.job_name = j.job_name and o.jobid < j.jobid
        union all
        -- The work of a declared job under another name, whenever; or of any job at the same minutes.
        select j.job_name, j.jobid, o.job_name
        from jobs as j
        join jobs as o
            on o.command = j.command
            and o.database = j.database
            and o.job_name <> j.job_name
            and (o.is_declared or (o.schedule = j.schedule and o.jobid < j.jobid))
        where not j.is_declared
    )
    select distinct on (r.jobid) r.job_name, r.jobid, r.original from repeated as r order by r.jobid, r.original;
$$;
revoke all on function private.duplicate_jobs() from public, anon, authenticated;
comment on function private.duplicate_jobs() is 'Jobs that repeat the work of another one, and which.';

create function private.find_duplicated_jobs()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    select
        c.original,
        jsonb_build_object(
            'job', c.original,
            'schedule', (
                select j.schedule from private.known_cron_jobs() as j where j.job_name = c.original order by j.jobid limit 1
            ),
            'duplicates', jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid) order by c.jobid),
            'message', format(
                'job "%s" is scheduled again as %s', c.original,
                string_agg(format('"%s" (jobid %s)', c.job_name, c.jobid), ', ' order by c.jobid)
            )
        )
    from private.duplicate_jobs() as c
    group by c.original;
$$;
revoke all on function private.find_duplicated_jobs() from public, anon, authenticated;
comment on function private.find_duplicated_jobs() is 'Jobs whose work is scheduled more than once.';

create function private.find_undeclared_jobs()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    select
        j.job_name,
        jsonb_build_object(
            'job', j.job_name,
            'schedule', j.schedule,
            'jobid', j.jobid,
            'owner', j.owner,
            'message', format('job "%s" of "%s" is scheduled, and nobody declared it', j.job_name, j.owner)
        )
    from private.known_cron_jobs() as j
    where not exists (select from analytics.scheduled_jobs as d where d.job_name = j.job_name)
        and j.jobid <> all (array(select c.jobid from private.duplicate_jobs() as c));
$$;
revoke all on function private.find_undeclared_jobs() from public, anon, authenticated;
comment on function private.find_undeclared_jobs() is 'Jobs that are scheduled and not declared.';
