-- Object: private.run_time(), private.take_runs(), private.note_pace(), private.detect_near_timeout() (replaced)
-- Why: a backlog of ten thousand runs is taken by statements, not row by row. What no clock can have shown is no time: one
--      row that says "infinity" would end every computation with it.

create function private.run_time(moment timestamptz)
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select case when moment between '2000-01-01 00:00:00+00' and clock_timestamp() + interval '1 day' then moment end;
$$;
revoke all on function private.run_time(timestamptz) from public, anon, authenticated;
comment on function private.run_time(timestamptz) is 'The moment, where a run can have begun or ended then; else null, which is unknown.';

create or replace function private.take_runs(batch_size integer default 10000)
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
    from private.known_cron_jobs() as j
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
    -- Each once, also where one is open and new.
    seen as materialized (
        select distinct on (r.runid)
            r.runid,
            coalesce(k.job_name, 'jobid:' || r.jobid, 'jobid:unknown') as job_name,
            coalesce(r.status, 'unknown') as status,
            -- A row of ten megabytes is possible: return_message is whatever the statement said.
            nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), '') as message,
            private.run_time(r.start_time) as started_at,
            private.run_time(r.end_time) as ended_at,
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
            -- A new one: a run that never ends would be seen for ever.
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
        s.message, s.started_at, s.ended_at, private.run_ending(s.status, s.message)
    from seen as s
    left join gone as g on g.runid = s.runid
    -- What was told already, and tidied up afterwards, is no news.
    where s.has_ended and g.was_given_up is not true
    order by s.runid;
end
$$;

create or replace function private.note_pace(runs private.audited_run[])
returns void
language sql
set search_path = ''
as $$
    with taken as (
        select r.job_name, r.runid, r.started_at, r.ended_at, r.ending, false as is_known from unnest(runs) as r
        union all
        -- What the first of them is compared with.
        select p.job_name, p.last_runid, p.last_started_at, p.last_ended_at, null, true
        from analytics.job_pace as p
        where p.job_name in (select r.job_name from unnest(runs) as r)
    ),
    jobs as materialized (
        select n.job_name, private.seconds_of_schedule(private.schedule_of_job(n.job_name)) as period_seconds
        from (select distinct r.job_name from unnest(runs) as r) as n
    ),
    compared as (
        select
            t.job_name, t.runid, t.started_at, t.ended_at, t.ending, t.is_known,
            -- Only a run that lasted into the next slot makes the next one wait. One that began before the last is no news.
            coalesce(
                t.started_at between lag(t.ended_at) over w - interval '1 second' and lag(t.ended_at) over w + interval '2 seconds'
                and extract(epoch from lag(t.ended_at) over w - lag(t.started_at) over w) >= 0.8 * j.period_seconds
                and coalesce(t.runid > max(t.runid) filter (where t.is_known) over (partition by t.job_name), true),
                false
            ) as is_queued
        from taken as t
        join jobs as j on j.job_name = t.job_name
        window w as (partition by t.job_name order by t.runid, t.is_known desc)
    ),
    placed as (
        select
            c.*,
            max(c.runid) filter (where not c.is_queued and not c.is_known) over (partition by c.job_name) as last_prompt_runid
        from compared as c
    ),
    summed as (
        select
            p.job_name,
            max(p.runid) as last_runid,
            (array_agg(p.started_at order by p.runid desc))[1] as last_started_at,
            (array_agg(p.ended_at order by p.runid desc))[1] as last_ended_at,
            max(p.runid) filter (where p.ending = 'succeeded') as last_success_runid,
            max(p.started_at) filter (where p.ending = 'succeeded') as last_success_started_at,
            count(*) filter (where coalesce(p.runid > p.last_prompt_runid, true)) as queued_count,
            bool_and(p.last_prompt_runid is null) as is_queued_throughout,
            coalesce(
                array_agg(extract(epoch from p.ended_at - p.started_at) order by p.runid)
                    filter (where p.ending = 'succeeded' and p.ended_at - p.started_at is not null),
                '{}'
            ) as seconds
        from placed as p
        where not p.is_known
        group by p.job_name
    )
    insert into analytics.job_pace as p (
        job_name, last_runid, last_started_at, last_ended_at, last_success_runid, last_success_started_at, queued_count,
        recent_seconds
    )
    select
        s.job_name, s.last_runid, s.last_started_at, s.last_ended_at, s.last_success_runid, s.last_success_started_at,
        s.queued_count + case when s.is_queued_throughout then coalesce(b.queued_count, 0) else 0 end,
        s.seconds[greatest(1, cardinality(s.seconds) - 19):]
    from summed as s
    left join analytics.job_pace as b on b.job_name = s.job_name
    on conflict on constraint job_pace_pkey do update
    set last_runid = greatest(p.last_runid, excluded.last_runid),
        last_started_at = case when excluded.last_runid > p.last_runid then excluded.last_started_at else p.last_started_at end,
        last_ended_at = case when excluded.last_runid > p.last_runid then excluded.last_ended_at else p.last_ended_at end,
        last_success_runid = greatest(p.last_success_runid, excluded.last_success_runid),
        last_success_started_at = greatest(p.last_success_started_at, excluded.last_success_started_at),
        queued_count = excluded.queued_count,
        recent_seconds = (p.recent_seconds || excluded.recent_seconds)[
            greatest(1, cardinality(p.recent_seconds || excluded.recent_seconds) - 19):
        ];

    delete from analytics.job_pace as p
    where private.is_audit_sighted()
        and not exists (select from private.known_cron_jobs() as j where j.job_name = p.job_name);
$$;

create or replace function private.detect_near_timeout()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'near_timeout',
        subject => m.job_name,
        -- Two of twenty are the 95th percentile; one slow run is no news. Five good ones end it.
        state => case when m.slow_count >= 2 and m.is_slow_lately then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', private.schedule_of_job(m.job_name),
            'runid', m.last_runid,
            'limit_seconds', extract(epoch from m.time_limit)::bigint,
            'message', format(
                '%s of the last %s runs took more than 70 %% of the limit of %s seconds, the slowest %s seconds',
                m.slow_count, m.run_count, extract(epoch from m.time_limit)::bigint, round(m.slowest, 1)
            )
        )
    )
    from (
        select
            l.job_name, l.last_runid, l.time_limit,
            count(*) as run_count,
            count(*) filter (where d.seconds > 0.7 * extract(epoch from l.time_limit)) as slow_count,
            bool_or(d.seconds > 0.7 * extract(epoch from l.time_limit)) filter (where d.place <= 5) as is_slow_lately,
            max(d.seconds) as slowest
        from (
            -- Asked once for each job, and not for each mention below.
            select p.job_name, p.last_runid, private.time_limit(j.command, j.owner, j.database) as time_limit
            from analytics.job_pace as p
            join private.known_cron_jobs() as j on j.job_name = p.job_name
            offset 0
        ) as l
        cross join lateral private.recent_durations(l.job_name) as d
        where l.time_limit is not null
        group by l.job_name, l.last_runid, l.time_limit
        having count(*) >= 5
    ) as m
    where m.slow_count >= 2
        or exists (select from analytics.findings as f where f.kind = 'near_timeout' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform private.withdraw_subjects('near_timeout', array(select p.job_name from analytics.job_pace as p));
end
$$;
