-- Object: analytics.due_check_ins()
-- Why: a check-in means "now" to Sentry, so only the newest run is sent, and repeated until Sentry has accepted it.
create function analytics.due_check_ins()
returns table (job_name text, runid bigint, status text, schedule text, timezone text, margin_minutes integer, max_runtime_minutes integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    wanted record;
    run record;
begin
    select * into strict state from analytics.audit_state;
    delete from analytics.job_monitors as m
    where not exists (select from analytics.scheduled_jobs as j where j.job_name = m.job_name and j.has_monitor);

    -- A new monitor, or a history that began again: earlier runs are not sent.
    insert into analytics.job_monitors as m (job_name, epoch, looked_runid)
    select j.job_name, state.epoch, state.low_runid
    from analytics.scheduled_jobs as j
    where j.has_monitor and j.schedule ~ '^\s*\S+(\s+\S+){4}\s*$' and j.schedule !~ '\$'
    on conflict on constraint job_monitors_pkey do update
    set epoch = excluded.epoch, looked_runid = excluded.looked_runid, last_runid = null, last_status = null, told_runid = null
    where m.epoch <> excluded.epoch;

    for wanted in
        select m.job_name, m.looked_runid from analytics.job_monitors as m order by m.job_name for update
    loop
        select d.runid, case d.status when 'succeeded' then 'ok' else 'error' end as status
        into run
        from cron.job_run_details as d
        join analytics.known_jobs as k on k.epoch = state.epoch and k.jobid = d.jobid and k.job_name = wanted.job_name
        where d.runid > wanted.looked_runid and d.status in ('succeeded', 'failed')
        order by d.runid desc
        limit 1;
        -- The outcome of an HTTP job is that of its call; while the call is open, nothing is sent.
        if found and run.status = 'ok' then
            select case c.outcome when 'succeeded' then 'ok' when 'pending' then null else 'error' end into run.status
            from analytics.http_calls as c
            where c.runid = run.runid
            order by c.call_id desc
            limit 1;
            if not found then
                run.status := 'ok';
            end if;
        end if;
        continue when run.runid is not null and run.status is null;

        update analytics.job_monitors as m
        set last_runid = coalesce(run.runid, m.last_runid),
            last_status = coalesce(run.status, m.last_status),
            -- A run that still goes on is looked at again.
            looked_runid = greatest(m.looked_runid, least(
                state.low_runid,
                (select min(o.runid) - 1 from analytics.open_runs as o where o.epoch = state.epoch and o.job_name = m.job_name)
            ))
        where m.job_name = wanted.job_name;
    end loop;

    for job_name, runid, status, schedule, timezone, margin_minutes, max_runtime_minutes in
        select
            m.job_name, m.last_runid, m.last_status, btrim(regexp_replace(j.schedule, '\s+', ' ', 'g')),
            case when freshet.ignored_timezone() is null then coalesce(current_setting('cron.timezone', true), 'GMT') else 'GMT' end,
            greatest(ceil(extract(epoch from j.late_after) / 60), 1)::integer,
            greatest(ceil(extract(epoch from j.max_runtime) / 60), 1)::integer
        from analytics.job_monitors as m
        join analytics.scheduled_jobs as j on j.job_name = m.job_name
        where m.last_runid is not null and m.last_runid is distinct from m.told_runid
        order by m.job_name
    loop
        continue when not freshet.may_check_in(job_name);
        return next;
    end loop;
end
$$;

revoke all on function analytics.due_check_ins() from public, anon, authenticated;

grant execute on function analytics.due_check_ins() to service_role;

comment on function analytics.due_check_ins() is
    'The newest ended run of each job with a monitor, until Sentry has accepted its check-in. Service role only. Safe to repeat.';
