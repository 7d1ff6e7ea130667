-- Object: private.known_cron_jobs(), private.schedule_of_job(), private.time_limit_of_job(), private.observe_struck_jobs() (replaced),
--         private.jobid_of_name(), private.time_limit()
-- Why: pg_cron's key is the name and the owner. Where two owners have a job of one name, one of them keeps the plain name
--      and the others are called after their owner too, so that no run, slot or incident of one is taken for the other's.

create or replace function private.known_cron_jobs()
returns table (
    job_name text,
    jobid bigint,
    schedule text,
    command text,
    owner text,
    database text,
    active boolean
)
language sql
stable
set search_path = ''
as $$
    select
        -- The declared owner's, else the audit's own, else the one that was there first.
        case j.username when first_value(j.username) over (
            partition by n.job_name
            order by coalesce(j.username = d.owner, false) desc, (j.username = current_user) desc, j.jobid
        )
            then n.job_name
            else format('%s of %s', n.job_name, j.username)
        end,
        j.jobid, j.schedule, j.command, j.username, j.database, j.active
    from cron.job as j
    cross join lateral (select coalesce(j.jobname::text, 'jobid:' || j.jobid) as job_name) as n
    left join analytics.scheduled_jobs as d on d.job_name = n.job_name;
$$;
comment on function private.known_cron_jobs() is
    'cron.job under the names by which the audit knows its jobs: of several owners'' jobs with one name, one has it and the others are "<name> of <owner>".';

create index known_jobs_job_name_idx on analytics.known_jobs (job_name);
comment on column analytics.known_jobs.job_name is
    'As private.known_cron_jobs() calls it: cron.job.jobname, jobid:<n> for a job without a name, or "<name> of <owner>" for a second owner''s.';

create function private.jobid_of_name(job_name text)
returns bigint
language sql
stable
set search_path = ''
as $$
    select coalesce(
        (
            select k.jobid
            from analytics.known_jobs as k
            join analytics.audit_state as s on s.epoch = k.epoch
            join cron.job as j on j.jobid = k.jobid
            where k.job_name = jobid_of_name.job_name
            order by k.jobid
            limit 1
        ),
        -- One that no pass has seen yet.
        (select j.jobid from cron.job as j where j.jobname = jobid_of_name.job_name order by j.jobid limit 1)
    );
$$;
revoke all on function private.jobid_of_name(text) from public, anon, authenticated;
comment on function private.jobid_of_name(text) is 'The job that the audit knows by this name: as when it last took runs, else by pg_cron''s. Null when it is not scheduled.';

create or replace function private.schedule_of_job(job_name text)
returns text
language sql
stable
set search_path = ''
as $$
    select coalesce(
        (select d.schedule from analytics.scheduled_jobs as d where d.job_name = schedule_of_job.job_name),
        (select j.schedule from cron.job as j where j.jobid = private.jobid_of_name(schedule_of_job.job_name) limit 1)
    );
$$;

create function private.time_limit(command text, owner text, database text)
returns interval
language sql
stable
set search_path = ''
as $$
    with setting as (
        select coalesce(
            substring(command from '(?i)set\s+(?:local\s+|session\s+)?statement_timeout\s*(?:=|to)\s*''?\s*(\d+(?:\.\d*)?\s*(?:us|ms|s|min|h|d)?)(?![\w.])'),
            (
                -- The most particular one counts: role in database, role, database.
                select o.option_value
                from pg_catalog.pg_db_role_setting as s
                join pg_catalog.pg_roles as r on r.rolname = owner
                join pg_catalog.pg_database as d on d.datname = database
                cross join lateral pg_options_to_table(s.setconfig) as o
                where o.option_name = 'statement_timeout'
                    and s.setrole in (0, r.oid) and s.setdatabase in (0, d.oid)
                order by s.setrole <> 0 desc, s.setdatabase <> 0 desc
                limit 1
            )
        ) as text
    ),
    split as (
        select
            -- A limit has ten digits at most, or the server refuses it and the run fails: what is longer is none.
            substring(s.text from '^(\d{1,10}(?:\.\d{0,9})?)(?!\d)')::numeric as amount,
            coalesce(substring(lower(s.text) from '[a-z]+$'), 'ms') as unit
        from setting as s
    ),
    counted as (
        select s.amount * case s.unit
            when 'us' then 0.001 when 'ms' then 1 when 's' then 1000 when 'min' then 60000 when 'h' then 3600000
            when 'd' then 86400000
        end as milliseconds
        from split as s
    )
    -- The greatest that the server takes; 0 is none.
    select c.milliseconds::bigint * interval '1 millisecond' from counted as c where c.milliseconds between 1 and 2147483647;
$$;
revoke all on function private.time_limit(text, text, text) from public, anon, authenticated;
comment on function private.time_limit(text, text, text) is
    'The statement timeout of a command that a role runs in a database: the command''s own, else the role''s; null when there is none.';

create or replace function private.time_limit_of_job(job_name text)
returns interval
language sql
stable
set search_path = ''
as $$
    select private.time_limit(j.command, j.username, j.database)
    from cron.job as j
    where j.jobid = private.jobid_of_name(time_limit_of_job.job_name)
    limit 1;
$$;

create or replace function private.observe_struck_jobs(kind text, runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    struck_count bigint;
begin
    with struck as (
        select r.job_name, max(r.runid) as runid, count(*) as run_count
        from unnest(runs) as r
        where r.ending = observe_struck_jobs.kind
        group by r.job_name
    ),
    noted as (
        insert into analytics.struck_jobs as s (kind, job_name, runid, message, struck_at)
        select observe_struck_jobs.kind, t.job_name, t.runid, r.message, coalesce(r.ended_at, r.started_at, clock_timestamp())
        from struck as t
        join unnest(runs) as r on r.runid = t.runid
        on conflict on constraint struck_jobs_pkey do update
        set runid = excluded.runid, message = excluded.message, struck_at = excluded.struck_at
        returning 1
    )
    select coalesce(sum(t.run_count), 0) into struck_count from struck as t;

    if struck_count > 0 then
        perform private.observe(
            kind => observe_struck_jobs.kind,
            subject => 'pg_cron',
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => private.struck_evidence(kind),
            weight => struck_count
        );
    end if;

    delete from analytics.struck_jobs as s
    where s.kind = observe_struck_jobs.kind
        and (
            exists (
                select
                from unnest(runs) as r
                where r.job_name = s.job_name and r.runid > s.runid and r.ending in ('succeeded', 'failed', 'timed_out')
            )
            or private.is_audit_sighted() and not exists (
                select from private.known_cron_jobs() as j where j.job_name = s.job_name and j.active
            )
        );

    if exists (select from analytics.findings as f where f.kind = observe_struck_jobs.kind and f.state = 'bad')
        and not exists (select from analytics.struck_jobs as s where s.kind = observe_struck_jobs.kind)
    then
        perform private.observe(kind, 'pg_cron', 'ok', clock_timestamp(), '{}');
    end if;
end
$$;
