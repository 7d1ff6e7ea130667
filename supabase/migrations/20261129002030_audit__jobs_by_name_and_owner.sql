-- Object: private.jobs_of_declarations(), private.find_missing_jobs(), private.find_inactive_jobs(), private.find_edited_jobs(),
--         private.job_label(), private.duplicate_jobs(), private.find_duplicated_jobs(), private.find_undeclared_jobs() (replaced)
-- Why: pg_cron knows a job by its name and its owner. A job of another owner that has the name of a declared one is a
--      stranger, not that job, and no repair may touch it.

create function private.jobs_of_declarations()
returns table (job_name text, jobid bigint)
language sql
stable
set search_path = ''
as $$
    -- One of another owner is the declared job where it does the declared work and the owner has none: it changed hands.
    select d.job_name, j.jobid
    from analytics.scheduled_jobs as d
    join private.known_cron_jobs() as j on j.job_name = d.job_name
    where j.owner = d.owner
        or private.command_fingerprint(j.command) = d.command_fingerprint
            and not exists (
                select from private.known_cron_jobs() as o where o.job_name = d.job_name and o.owner = d.owner
            );
$$;
revoke all on function private.jobs_of_declarations() from public, anon, authenticated;
comment on function private.jobs_of_declarations() is 'Which jobs of cron.job are the declared ones: by name and owner.';

create function private.job_label(job_name text, owner text)
returns text
language sql
stable
set search_path = ''
as $$
    -- A name that another owner's job has been declared by does not tell this one.
    select case
        when exists (select from analytics.scheduled_jobs as d where d.job_name = job_label.job_name and d.owner <> job_label.owner)
            then format('%s of %s', job_label.job_name, job_label.owner)
        else job_label.job_name
    end;
$$;
revoke all on function private.job_label(text, text) from public, anon, authenticated;
comment on function private.job_label(text, text) is 'How a job that is not declared is called: with its owner where its name is another''s.';

create or replace function private.find_missing_jobs()
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
            'message', format('cron.job has no job "%s"', d.job_name) || coalesce(
                (
                    select format(' of "%s"; jobid %s of "%s" has that name and does other work', d.owner, min(j.jobid), min(j.owner))
                    from private.known_cron_jobs() as j
                    where j.job_name = d.job_name
                    having count(*) > 0
                ),
                ''
            )
        )
    from analytics.scheduled_jobs as d
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
        and not exists (select from private.jobs_of_declarations() as j where j.job_name = d.job_name)
        and not exists (select from private.renamed_jobs() as r where r.job_name = d.job_name);
$$;
comment on function private.find_missing_jobs() is 'Declared jobs that are not scheduled, and not under another name either.';

create or replace function private.find_inactive_jobs()
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
    join private.jobs_of_declarations() as o on o.job_name = d.job_name
    join private.known_cron_jobs() as j on j.jobid = o.jobid
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
    group by d.job_name
    having not bool_or(j.active);
$$;

create or replace function private.find_edited_jobs()
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
        join private.jobs_of_declarations() as o on o.job_name = d.job_name
        join private.known_cron_jobs() as j on j.jobid = o.jobid
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

drop function private.duplicate_jobs();
create function private.duplicate_jobs()
returns table (job_name text, jobid bigint, original text, owner text, is_of_same_owner boolean)
language sql
stable
set search_path = ''
as $$
    with jobs as (
        select j.*, exists (select from private.jobs_of_declarations() as d where d.jobid = j.jobid) as is_declared
        from private.known_cron_jobs() as j
    ),
    repeated as (
        -- The work of a declared job once more, whenever; or of any job at the same minutes. A name says nothing of the work.
        select j.job_name, j.jobid, o.job_name as original, j.owner, o.owner = j.owner as is_of_same_owner
        from jobs as j
        join jobs as o
            on o.command = j.command
            and o.database = j.database
            and o.jobid <> j.jobid
            and (o.is_declared or (o.schedule = j.schedule and o.jobid < j.jobid))
        where not j.is_declared
            and j.jobid <> all (array(select n.new_jobid from private.renamed_jobs() as n))
    )
    select distinct on (r.jobid) r.job_name, r.jobid, r.original, r.owner, r.is_of_same_owner
    from repeated as r
    order by r.jobid, r.is_of_same_owner desc, r.original;
$$;
revoke all on function private.duplicate_jobs() from public, anon, authenticated;
comment on function private.duplicate_jobs() is 'Jobs that repeat the work of another one, and whether its owner is theirs.';

create or replace function private.find_duplicated_jobs()
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
            -- What the repair unschedules.
            'duplicates', coalesce(
                jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid) order by c.jobid) filter (where c.is_of_same_owner), '[]'
            ),
            -- What its owner alone can judge.
            'foreign_duplicates', coalesce(
                jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid, 'owner', c.owner) order by c.jobid)
                filter (where not c.is_of_same_owner), '[]'
            ),
            'message', format(
                'job "%s" is scheduled again as %s', c.original,
                string_agg(
                    format('"%s" (jobid %s%s)', c.job_name, c.jobid, case when not c.is_of_same_owner then format(', of "%s"', c.owner) end),
                    ', ' order by c.jobid
                )
            )
        )
    from private.duplicate_jobs() as c
    group by c.original;
$$;

create or replace function private.find_undeclared_jobs()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    select
        private.job_label(j.job_name, j.owner),
        jsonb_build_object(
            'job', private.job_label(j.job_name, j.owner),
            'schedule', j.schedule,
            'jobid', j.jobid,
            'owner', j.owner,
            'message', format('job "%s" of "%s" is scheduled, and nobody declared it', j.job_name, j.owner)
        )
    from private.known_cron_jobs() as j
    where j.jobid <> all (array(select d.jobid from private.jobs_of_declarations() as d))
        and j.jobid <> all (array(select c.jobid from private.duplicate_jobs() as c))
        and j.jobid <> all (array(select r.new_jobid from private.renamed_jobs() as r));
$$;
comment on function private.find_undeclared_jobs() is
    'Jobs that are scheduled and neither declared nor another one''s duplicate or new name. One whose name is declared for another owner is called "<name> of <owner>".';
