-- Object: private.audited_run, private.run_ending(), private.begin_epoch(), private.take_runs()
-- Why: each run is taken exactly once, when it has ended, however late that is: by watermark when it is new, by its own
--      runid while it is open. Never by time: runs that never started have none, and only runid has an index.

create type private.audited_run as (
    runid bigint,
    job_name text,
    status text,
    sqlstate text,
    message text,
    started_at timestamptz,
    ended_at timestamptz,
    ending text
);

create function private.run_ending(status text, message text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when status = 'succeeded' then 'succeeded'
        -- A server that crashes tells some of its clients so before pg_cron, which crashes with it, marks the others.
        when message = 'server restarted'
            or message ~ '^server closed the connection|because of crash of another server process|the database system is '
            then 'restarted'
        when message = 'job canceled' then 'canceled'
        when message ~ '^(connection (failed|lost)|job startup timeout|could not start background|unable to create a DSM)'
            -- The server's refusals, which come through where a run has a connection of its own.
            or message ~ '(too many clients already|remaining connection slots|too many connections for)'
            then 'infrastructure'
        when message ~ 'canceling statement due to statement timeout' then 'timed_out'
        else 'failed'
    end;
$$;
revoke all on function private.run_ending(text, text) from public, anon, authenticated;
comment on function private.run_ending(text, text) is
    'How a run ended: succeeded, failed, timed_out, or struck from outside: infrastructure, restarted, canceled.';

create function private.begin_epoch()
returns text
language plpgsql
set search_path = ''
as $$
declare
    state analytics.audit_state;
    cluster constant text := private.system_identifier();
    history constant oid := 'cron.job_run_details'::regclass::oid;
    newest_runid bigint;
    reason text;
begin
    select * into strict state from analytics.audit_state;
    select max(d.runid) into newest_runid from cron.job_run_details as d;

    if history <> state.history_relation then
        reason := 'the extension pg_cron was created again';
    elsif newest_runid < state.low_runid then
        reason := format('runids went back from %s to %s', state.low_runid, newest_runid);
    elsif cluster <> state.system_identifier then
        reason := 'the database runs on another cluster: restored or cloned';
    else
        return null;
    end if;

    -- Open runs of another history can never be seen to end; those of a restored one can.
    if history = state.history_relation and newest_runid >= state.low_runid then
        update analytics.open_runs set epoch = state.epoch + 1;
    else
        delete from analytics.open_runs;
        update analytics.audit_state set low_runid = 0;
        -- What is remembered of runs by their runids would hide the new ones, which are lower.
        delete from analytics.job_pace;
        update analytics.view_watch set judged_runid = null;
        update analytics.struck_jobs set runid = 0;
    end if;

    -- The audit's own runs are awaited anew.
    update analytics.audit_state as s
    set epoch = s.epoch + 1,
        system_identifier = cluster,
        history_relation = history,
        canary_seen_at = clock_timestamp();
    return reason;
end
$$;
revoke all on function private.begin_epoch() from public, anon, authenticated;
comment on function private.begin_epoch() is
    'Begins a new epoch when runids can no longer be compared with the watermark, and returns why; null otherwise.';

create function private.take_runs(batch_size integer default 10000)
returns setof private.audited_run
language plpgsql
set search_path = ''
as $$
declare
    state analytics.audit_state;
    seen_at constant timestamptz := clock_timestamp();
    open_runids bigint[];
    working_pids integer[];
    server_hosts constant text[] := array['', 'localhost', '127.0.0.1', '::1']
        || array(select g.setting from pg_catalog.pg_settings as g where g.name = 'cron.host');
    server_port constant integer := current_setting('port')::integer;
    highest_runid bigint;
    was_given_up boolean;
    run record;
begin
    select * into strict state from analytics.audit_state;
    select coalesce(array_agg(o.runid), '{}') into open_runids from analytics.open_runs as o where o.epoch = state.epoch;

    -- A background worker's row says "succeeded" after each statement of its command, while the next ones still run.
    select coalesce(array_agg(a.pid), '{}') into working_pids
    from pg_catalog.pg_stat_activity as a
    where a.backend_type = 'pg_cron';

    insert into analytics.known_jobs as k (epoch, jobid, job_name, last_seen_at)
    select state.epoch, j.jobid, coalesce(j.jobname::text, 'jobid:' || j.jobid), seen_at
    from cron.job as j
    on conflict on constraint known_jobs_pkey do update
    set job_name = excluded.job_name, last_seen_at = excluded.last_seen_at;

    for run in
        select
            r.runid,
            coalesce(k.job_name, 'jobid:' || r.jobid) as job_name,
            r.status,
            -- A row of ten megabytes is possible: return_message is whatever the statement said.
            nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), '') as message,
            r.start_time,
            r.end_time,
            r.job_pid,
            coalesce(j.nodename = any (server_hosts) and j.nodeport = server_port, true) as is_local
        from (
            select d.* from cron.job_run_details as d where d.runid = any (open_runids)
            union all
            (
                select d.*
                from cron.job_run_details as d
                where d.runid > state.low_runid
                order by d.runid
                limit batch_size
            )
        ) as r
        left join analytics.known_jobs as k on k.epoch = state.epoch and k.jobid = r.jobid
        left join cron.job as j on j.jobid = r.jobid
        order by r.runid
    loop
        highest_runid := greatest(highest_runid, run.runid);
        -- A new one: a run that never ends would be seen for ever.
        if run.job_name = 'analytics-cron-audit' and run.runid > state.low_runid then
            update analytics.audit_state set canary_seen_at = seen_at where canary_seen_at <> seen_at;
        end if;

        if run.status = 'failed' or (run.status = 'succeeded' and coalesce(run.job_pid <> all (working_pids), true)) then
            delete from analytics.open_runs as o
            where o.epoch = state.epoch and o.runid = run.runid
            returning o.given_up_at is not null into was_given_up;
            -- Someone tidied up after a run that was told already.
            continue when was_given_up;
            return next (
                run.runid, run.job_name, run.status,
                substring(run.message from 'failed \[([0-9A-Z]{5})\]:'),
                run.message, run.start_time, run.end_time, private.run_ending(run.status, run.message)
            )::private.audited_run;
        else
            insert into analytics.open_runs as o (
                epoch, runid, job_name, status, job_pid, is_local, started_at, first_seen_at, last_seen_at
            )
            values (
                state.epoch, run.runid, run.job_name, run.status, run.job_pid, run.is_local, run.start_time, seen_at, seen_at
            )
            on conflict on constraint open_runs_pkey do update
            set status = excluded.status,
                job_pid = excluded.job_pid,
                started_at = excluded.started_at,
                last_seen_at = excluded.last_seen_at;
        end if;
    end loop;

    update analytics.audit_state as s set low_runid = greatest(s.low_runid, highest_runid);
end
$$;
revoke all on function private.take_runs(integer) from public, anon, authenticated;
comment on function private.take_runs(integer) is
    'Runs that have ended since the last call, in order of runid, and moves the watermark past what it read. At most batch_size new ones. An open run that has vanished from the history keeps its old last_seen_at.';
