-- Object: analytics.adopt_all_jobs()
-- Why: a project that installs Freshet has jobs already, too many to declare one by one.
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
        select distinct on (k.job_name = j.jobname, j.jobname, j.username)
            k.jobid, k.owner, k.schedule, freshet.job_label(k.job_name, k.owner) as label
        from freshet.known_cron_jobs() as k
        join cron.job as j on j.jobid = k.jobid
        where j.jobname is not null
            and k.jobid <> all (array(select d.jobid from freshet.jobs_of_declarations() as d))
        -- First the jobs whose name is pg_cron's own.
        order by k.job_name = j.jobname desc, j.jobname, j.username, k.jobid
    loop
        return query
        select
            freshet.adopt_jobid(
                job.jobid,
                -- A job may have the very name that the audit gives to another one: that must not cost a declaration.
                case
                    when exists (select from analytics.scheduled_jobs as d where d.job_name = job.label) then format('%s (%s)', job.label, job.jobid)
                    else job.label
                end,
                adopt_all_jobs.late_after, adopt_all_jobs.max_runtime
            ),
            job.jobid::bigint, job.owner::name, job.schedule::text;
    end loop;
end
$$;

revoke all on function analytics.adopt_all_jobs(interval, interval) from public, anon, authenticated;

comment on function analytics.adopt_all_jobs(interval, interval) is
    'Declares every job of cron.job that has a name and no declaration, as it is scheduled now, and returns those. A second owner''s is "<name> of <owner>". Changes nothing in pg_cron. Idempotent.';
