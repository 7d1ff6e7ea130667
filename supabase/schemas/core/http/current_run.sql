-- Object: freshet.current_run()
-- Why: a call in the ledger names the job and run that made it. pg_cron does not pass them to the command, so they are
--      found by the process and the command of the run.
create function freshet.current_run(out runid bigint, out job_name text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- pg_cron gives a command no information about its run, but the run records process and command. Searched by runid,
    -- the only index, and no further back than a run that has only just started can be.
    select d.runid, j.job_name into current_run.runid, current_run.job_name
    from cron.job_run_details as d
    join freshet.known_cron_jobs() as j on j.jobid = d.jobid
    where d.runid > (select max(newest.runid) - 1000 from cron.job_run_details as newest)
        and d.job_pid = pg_backend_pid()
        and d.command = current_query()
    order by d.runid desc
    limit 1;

    -- Without history (cron.log_run = off), or in a session that calls what the job would call: found by the command
    -- alone, if only one job has it.
    if not found then
        select min(j.job_name) into current_run.job_name
        from freshet.known_cron_jobs() as j
        where j.command = current_query()
        having count(*) = 1;
    end if;
exception
    -- The call must be sent even if its job is unknown.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        null;
end
$$;

revoke all on function freshet.current_run() from public, anon, authenticated;

comment on function freshet.current_run() is
    'The pg_cron job and run that this statement belongs to, null where that cannot be found out.';
