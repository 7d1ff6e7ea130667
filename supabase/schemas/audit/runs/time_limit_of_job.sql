-- Object: freshet.time_limit_of_job()
-- Why: detectors know a job by its name; see freshet.time_limit().
create function freshet.time_limit_of_job(job_name text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select freshet.time_limit(j.command, j.username, j.database)
    from cron.job as j
    where j.jobid = freshet.jobid_of_name(time_limit_of_job.job_name)
    limit 1;
$$;

revoke all on function freshet.time_limit_of_job(text) from public, anon, authenticated;

comment on function freshet.time_limit_of_job(text) is
    'The statement timeout of a job''s runs: from its command, else from its role; null when there is none.';
