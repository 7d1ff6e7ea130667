-- Object: freshet.period_of_job()
-- Why: one good run of a job that is due each minute proves little, one of a nightly job is all there is to wait for. So
--      without a word a job has recovered when it has succeeded for five minutes in a row, and at least once.
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

comment on function freshet.period_of_job(text) is 'The usual distance of the runs of a job; null when it has no schedule.';
