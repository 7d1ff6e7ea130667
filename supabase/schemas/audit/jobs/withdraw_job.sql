-- Object: freshet.withdraw_job()
-- Grain: one row per job that Freshet has declared
-- Why: what ought to run is stated here, so that the audit can hold cron.job to it. Keyed on the name: unscheduling and
--      scheduling again gives a job a new jobid.
create function freshet.withdraw_job(job_name text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.scheduled_jobs as j where j.job_name = withdraw_job.job_name;
$$;

revoke all on function freshet.withdraw_job(text) from public, anon, authenticated;

comment on function freshet.withdraw_job(text) is 'Takes a declaration back. Does not unschedule the job. Idempotent.';
