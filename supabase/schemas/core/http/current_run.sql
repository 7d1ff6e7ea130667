-- Object: freshet.current_run()
-- Why: a job that calls net.http_post itself leaves no row in the ledger, and pg_net does not say who asked. The same call
--      by another schema's name does, so that such a job is repaired by one word of its command.
create function freshet.current_run(out runid bigint, out job_name text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- pg_cron tells a command nothing of its run; but the run knows the process and the command. By runid, its only
    -- index, and no further back than a run that has only just been started can be.
    select d.runid, j.job_name into current_run.runid, current_run.job_name
    from cron.job_run_details as d
    join freshet.known_cron_jobs() as j on j.jobid = d.jobid
    where d.runid > (select max(newest.runid) - 1000 from cron.job_run_details as newest)
        and d.job_pid = pg_backend_pid()
        and d.command = current_query()
    order by d.runid desc
    limit 1;

    -- Without history (cron.log_run = off), or called as the job would call: the command alone, where it is of one job.
    if not found then
        select min(j.job_name) into current_run.job_name
        from freshet.known_cron_jobs() as j
        where j.command = current_query()
        having count(*) = 1;
    end if;
exception
    -- A call matters more than knowing whose it is.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        null;
end
$$;

revoke all on function freshet.current_run() from public, anon, authenticated;

comment on function freshet.current_run() is 'Which job and run of pg_cron this statement belongs to, as far as that can be told.';
