-- Object: freshet.renamed_jobs(), used by the detectors of kinds renamed, missing and undeclared
-- Why: a job that got another name is one change by hand, and neither a job that is missing nor a stranger.
create function freshet.renamed_jobs()
returns table (job_name text, new_name text, new_jobid bigint, new_schedule text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with lost as (
        select d.*, row_number() over (partition by d.command, d.database, d.owner order by d.schedule, d.job_name) as place
        from analytics.scheduled_jobs as d
        where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
            and not exists (select from freshet.known_cron_jobs() as j where j.job_name = d.job_name)
    ),
    strange as (
        select j.*, row_number() over (partition by j.command, j.database, j.owner order by j.schedule, j.jobid) as place
        from freshet.known_cron_jobs() as j
        where not exists (select from analytics.scheduled_jobs as d where d.job_name = j.job_name)
            -- A command that is still scheduled as declared was repeated, not renamed.
            and not exists (
                select
                from analytics.scheduled_jobs as d
                join freshet.known_cron_jobs() as o on o.job_name = d.job_name
                where o.command = j.command and o.database = j.database
            )
    )
    select l.job_name, s.job_name, s.jobid, s.schedule
    from lost as l
    join strange as s
        on s.command = l.command and s.database = l.database and s.owner = l.owner and s.place = l.place;
$$;

revoke all on function freshet.renamed_jobs() from public, anon, authenticated;

comment on function freshet.renamed_jobs() is
    'Declared jobs that are not scheduled, each with an undeclared job of the same owner, command and database.';
