-- Object: freshet.period_of_job()
-- Why: how many good runs prove a recovery depends on how often the job runs; see freshet.recovery_threshold().
create function freshet.period_of_job(job_name text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = period_of_job.job_name),
        (select s.period from analytics.job_slots as s where s.job_name = period_of_job.job_name),
        freshet.period_of_schedule(freshet.schedule_of_job(period_of_job.job_name))
    );
$$;

revoke all on function freshet.period_of_job(text) from public, anon, authenticated;

comment on function freshet.period_of_job(text) is
    'The usual interval between the runs of a job; null when it has no schedule.';
