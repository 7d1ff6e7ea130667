-- Object: freshet.schedule_of_job()
-- Why: undeclared jobs have a schedule, too.
create function freshet.schedule_of_job(job_name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.schedule from analytics.scheduled_jobs as d where d.job_name = schedule_of_job.job_name),
        (select j.schedule from cron.job as j where j.jobid = freshet.jobid_of_name(schedule_of_job.job_name) limit 1)
    );
$$;

revoke all on function freshet.schedule_of_job(text) from public, anon, authenticated;

comment on function freshet.schedule_of_job(text) is 'The declared schedule of a job, or that of cron.job for others.';
