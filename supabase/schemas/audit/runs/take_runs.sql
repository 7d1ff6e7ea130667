-- Object: freshet.take_runs()
-- Why: each run is taken exactly once, when it has ended, however late that is: by the watermark when it is new, by its
--      own runid while it is open. Never by time: runs that never started have none, and only runid has an index. A
--      backlog of ten thousand runs is taken by a few statements, not row by row.
create function freshet.take_runs(batch_size integer default 10000)
returns setof freshet.audited_run
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    seen_at constant timestamptz := clock_timestamp();
    open_runids bigint[];
    working_pids integer[];
    server_hosts constant text[] := array['', 'localhost', '127.0.0.1', '::1']
        || array(select g.setting from pg_catalog.pg_settings as g where g.name = 'cron.host');
    server_port constant integer := current_setting('port')::integer;
begin
    select * into strict state from analytics.audit_state;
    select coalesce(array_agg(o.runid), '{}') into open_runids from analytics.open_runs as o where o.epoch = state.epoch;

    -- A background worker's row says "succeeded" after each statement of its command, while the next ones still run.
    select coalesce(array_agg(a.pid), '{}') into working_pids
    from pg_catalog.pg_stat_activity as a
    where a.backend_type = 'pg_cron';

    -- Two rows can have one jobid where the primary key was dropped. To pg_cron they are one job.
    insert into analytics.known_jobs as k (epoch, jobid, job_name, last_seen_at)
    select distinct on (j.jobid) state.epoch, j.jobid, j.job_name, seen_at
    from freshet.known_cron_jobs() as j
    order by j.jobid, j.job_name
    on conflict on constraint known_jobs_pkey do update
    set job_name = excluded.job_name, last_seen_at = excluded.last_seen_at;

    return query
    with read as (
        select d.* from cron.job_run_details as d where d.runid = any (open_runids)
        union all
        (
            select d.*
            from cron.job_run_details as d
            where d.runid > state.low_runid
            order by d.runid
            limit batch_size
        )
    ),
    -- Each once, even if it is open and new.
    seen as materialized (
        select distinct on (r.runid)
            r.runid,
            coalesce(k.job_name, 'jobid:' || r.jobid, 'jobid:unknown') as job_name,
            coalesce(r.status, 'unknown') as status,
            -- A row of ten megabytes is possible: return_message is whatever the statement returned.
            nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), '') as message,
            freshet.run_time(r.start_time) as started_at,
            freshet.run_time(r.end_time) as ended_at,
            r.job_pid,
            coalesce(j.nodename = any (server_hosts) and j.nodeport = server_port, true) as is_local,
            r.status = 'failed' or (r.status = 'succeeded' and coalesce(r.job_pid <> all (working_pids), true)) as has_ended
        from read as r
        left join analytics.known_jobs as k on k.epoch = state.epoch and k.jobid = r.jobid
        left join cron.job as j on j.jobid = r.jobid
        order by r.runid
    ),
    gone as (
        delete from analytics.open_runs as o
        using seen as s
        where s.has_ended and o.epoch = state.epoch and o.runid = s.runid
        returning o.runid, o.given_up_at is not null as was_given_up
    ),
    followed as (
        insert into analytics.open_runs as o (
            epoch, runid, job_name, status, job_pid, is_local, started_at, first_seen_at, last_seen_at
        )
        select state.epoch, s.runid, s.job_name, s.status, s.job_pid, s.is_local, s.started_at, seen_at, seen_at
        from seen as s
        where s.has_ended is not true
        on conflict on constraint open_runs_pkey do update
        set status = excluded.status,
            job_pid = excluded.job_pid,
            started_at = excluded.started_at,
            last_seen_at = excluded.last_seen_at
    ),
    moved as (
        update analytics.audit_state as a
        set low_runid = greatest(a.low_runid, (select max(s.runid) from seen as s)),
            -- Only a new run counts: one that never ends would be seen for ever.
            canary_seen_at = case
                when exists (
                    select from seen as s where s.job_name = 'analytics-cron-audit' and s.runid > state.low_runid
                )
                    then seen_at
                else a.canary_seen_at
            end
    )
    select
        s.runid, s.job_name, s.status, substring(s.message from 'failed \[([0-9A-Z]{5})\]:'),
        s.message, s.started_at, s.ended_at, freshet.run_ending(s.status, s.message)
    from seen as s
    left join gone as g on g.runid = s.runid
    -- A run that was reported already, and whose row was ended afterwards, is not reported again.
    where s.has_ended and g.was_given_up is not true
    order by s.runid;
end
$$;

revoke all on function freshet.take_runs(integer) from public, anon, authenticated;

comment on function freshet.take_runs(integer) is
    'Returns the runs that have ended since the last call, in order of runid, and moves the watermark past what it read. At most batch_size new ones. An open run that has vanished from the history keeps its old last_seen_at.';
