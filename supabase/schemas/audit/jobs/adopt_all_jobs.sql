-- Object: analytics.adopt_all_jobs()
-- Why: a project that gets Freshet has jobs already. Declaring them one by one is what nobody does.
create function analytics.adopt_all_jobs(
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes'
)
returns table (job_name text, jobid bigint, owner name, schedule text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job record;
begin
    for job in
        -- Of two owners' jobs with one name the older one: a declaration has one name.
        select distinct on (j.jobname) j.jobname, j.jobid, j.username, j.schedule
        from cron.job as j
        where j.jobname is not null
            and not exists (select from analytics.scheduled_jobs as d where d.job_name = j.jobname)
        order by j.jobname, j.jobid
    loop
        perform analytics.adopt_job(job.jobname, adopt_all_jobs.late_after, adopt_all_jobs.max_runtime, job.username);
        return query select job.jobname::text, job.jobid::bigint, job.username::name, job.schedule::text;
    end loop;
end
$$;

revoke all on function analytics.adopt_all_jobs(interval, interval) from public, anon, authenticated;

comment on function analytics.adopt_all_jobs(interval, interval) is
    'Declares every job of cron.job that has a name and is not declared, as it stands, and returns those. Changes nothing in pg_cron, and no declaration. Idempotent.';
