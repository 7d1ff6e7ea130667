-- Object: freshet.time_limit_of_job()
-- Grain: one row per job that has run
-- Why: whether runs pile up, come near their limit or end too soon shows only beside the runs before them, and those
--      are not read again. What is needed of them is kept here, a few numbers a job.
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
    'The statement timeout that the runs of a job have: of its command, else of its role; null when there is none.';
