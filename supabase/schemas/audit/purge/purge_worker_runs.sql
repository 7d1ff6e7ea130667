-- Object: freshet.purge_worker_runs()
-- Why: workers leave 8,640 runs a day (see analytics.scheduled_jobs.is_worker). Finding them by a scan costs as much as
--      the history is long, so the purge notes up to where it has looked, and continues there.
create function freshet.purge_worker_runs(batch_size integer)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    newest_runid constant bigint := (select max(d.runid) from cron.job_run_details as d);
    -- Runs that the audit has not read stay, and so does the last one that it has read. Its first pass judges no past,
    -- so before that pass no run waits to be read.
    read_below constant bigint := (
        select case when s.last_audit_at is null then newest_runid else least(s.low_runid, newest_runid) end
        from analytics.audit_state as s
    );
    looked_up_to bigint := (select (r.swept ->> 'worker_runid')::bigint from analytics.retention as r where r.history = 'runs');
    next_runid bigint;
    deleted_count bigint;
begin
    -- A history that began again is scanned again from its start.
    if looked_up_to is null or looked_up_to >= newest_runid then
        looked_up_to := 0;
    end if;

    -- A run that ended late is skipped, and is deleted with all others.
    select max(l.runid) filter (where l.ended_at < now() - interval '1 hour') into next_runid
    from (
        select d.runid, coalesce(d.end_time, d.start_time) as ended_at
        from cron.job_run_details as d
        where d.runid > looked_up_to and d.runid < read_below
        order by d.runid
        limit batch_size
    ) as l;

    delete from cron.job_run_details as d
    where d.runid > looked_up_to
        and d.runid <= next_runid
        and d.status = 'succeeded'
        and d.end_time < now() - interval '1 hour'
        and d.jobid in (
            select j.jobid from cron.job as j join analytics.scheduled_jobs as w on w.job_name = j.jobname where w.is_worker
        )
        and not exists (select from analytics.open_runs as o where o.runid = d.runid);
    get diagnostics deleted_count = row_count;

    update analytics.retention as r
    set swept = r.swept || jsonb_build_object('worker_runid', next_runid)
    where r.history = 'runs' and next_runid is not null;
    return deleted_count;
end
$$;

revoke all on function freshet.purge_worker_runs(integer) from public, anon, authenticated;

comment on function freshet.purge_worker_runs(integer) is
    'Deletes succeeded runs of workers that ended more than an hour ago, and looks at a batch of runs at most. Never at or above the watermark of the audit once it has one, never an open run.';
