-- Object: freshet.get_cron_job_status(), analytics.get_cron_job_status()
-- Why: answers an admin's question: what did each job last do?
create function freshet.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    return query
    with recent_runs as (
        -- The only index of the history is on runid; runs older than this window are not worth a scan.
        select distinct on (d.jobid) d.jobid, d.runid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by d.jobid, d.runid desc
    )
    select
        j.jobid, freshet.told_name(j.jobname::text, j.jobid), j.schedule, freshet.told_command(j.command), j.active,
        r.runid, r.status, freshet.told_run_message(r.status, r.return_message),
        freshet.run_time(r.start_time), freshet.run_time(r.end_time)
    from cron.job as j
    left join recent_runs as r on r.jobid = j.jobid
    order by j.jobname;
end
$$;

create function analytics.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select * from freshet.get_cron_job_status();
$$;

revoke all on function freshet.get_cron_job_status() from public, anon, authenticated;

grant execute on function freshet.get_cron_job_status() to authenticated, service_role;

revoke all on function analytics.get_cron_job_status() from public, anon, authenticated;

grant execute on function analytics.get_cron_job_status() to authenticated, service_role;

comment on function freshet.get_cron_job_status() is
    'Checks the caller, then answers. Called through analytics.get_cron_job_status.';

comment on function analytics.get_cron_job_status() is
    'Admins only: one row per pg_cron job with its last run among the newest 20,000. Texts that may hold data are not shown: last_message is a fixed form or the SQLSTATE, command is null unless it calls only this product, jobname is jobid:<number> unless it consists of words. /ops/runs shows messages, scrubbed.';
