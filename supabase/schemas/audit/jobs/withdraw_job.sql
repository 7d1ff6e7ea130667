-- Object: freshet.withdraw_job()
-- Why: the counterpart of freshet.declare_job().
create function freshet.withdraw_job(job_name text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.scheduled_jobs as j where j.job_name = withdraw_job.job_name;
$$;

revoke all on function freshet.withdraw_job(text) from public, anon, authenticated;

comment on function freshet.withdraw_job(text) is 'Deletes a declaration. Does not unschedule the job. Idempotent.';
