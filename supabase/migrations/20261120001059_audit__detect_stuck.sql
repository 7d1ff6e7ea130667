-- Object: private.detect_stuck(), private.detect_detached()
-- Why: a run that hangs blocks the next ones of its job, and what it has locked; a run that goes on after pg_cron has
--      given it up does so unseen.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('stuck', 'error', false, 'A run has not ended within the time that its job may take.'),
    ('detached', 'warning', false, 'A run works on although pg_cron has ended it: its job was unscheduled or the scheduler restarted.');

create function private.detect_stuck()
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- For jobs of which nobody said how long they may take.
    usual_limit constant interval := interval '6 hours';
begin
    perform private.observe(
        kind => 'stuck',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', private.schedule_of_job(s.job_name),
            'runid', s.runid,
            'pid', s.job_pid,
            'started_at', s.began_at,
            'message', format(
                'runs for %s seconds, and may for %s', extract(epoch from clock_timestamp() - s.began_at)::bigint,
                extract(epoch from s.max_runtime)::bigint
            )
        ),
        seen_since => s.began_at + s.max_runtime
    )
    from (
        select distinct on (o.job_name)
            o.job_name, o.runid, o.job_pid, coalesce(o.started_at, o.first_seen_at) as began_at,
            coalesce(d.max_runtime, usual_limit) as max_runtime
        from analytics.open_runs as o
        left join analytics.scheduled_jobs as d on d.job_name = o.job_name
        where o.given_up_at is null
            and private.is_run_alive(o)
            and coalesce(o.started_at, o.first_seen_at) < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        order by o.job_name, o.runid
    ) as s
    order by s.job_name;

    perform private.observe('stuck', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    left join analytics.scheduled_jobs as d on d.job_name = f.subject
    where f.kind = 'stuck'
        and f.state = 'bad'
        and not exists (
            select
            from analytics.open_runs as o
            where o.job_name = f.subject
                and o.given_up_at is null
                and private.is_run_alive(o)
                and coalesce(o.started_at, o.first_seen_at) < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        );
end
$$;
revoke all on function private.detect_stuck() from public, anon, authenticated;
comment on function private.detect_stuck() is 'Kind stuck: an open run that lives and is older than max_runtime of its job.';

create function private.detect_detached()
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- Between a run and its row there is a moment; and a canceled run may be about to end anyway.
    patience constant interval := interval '1 minute';
    looked_back constant bigint := 20000;
    subjects text[];
begin
    with unowned as materialized (
        select b.pid, b.started_at
        from private.cron_backends() as b
        where not b.is_scheduler
            and b.is_busy
            and b.started_at < clock_timestamp() - patience
            and not exists (select from analytics.open_runs as o where o.job_pid = b.pid)
    ),
    detached as (
        select u.pid, u.started_at as backend_started_at, r.*
        from unowned as u
        cross join lateral (
            -- Rarely anyone gets here; the rows that may be meant are among the newest.
            select d.runid, d.jobid, d.status, d.return_message, d.start_time
            from cron.job_run_details as d
            where d.runid > (select s.low_runid - looked_back from analytics.audit_state as s)
                and d.job_pid = u.pid
            order by d.runid desc
            limit 1
        ) as r
        where r.status = 'failed'
            and r.start_time between u.started_at - interval '30 seconds' and u.started_at + patience
    ),
    named as (
        select distinct on (job_name)
            coalesce(k.job_name, 'jobid:' || d.jobid) as job_name, d.runid, d.pid, d.start_time, d.return_message
        from detached as d
        left join analytics.known_jobs as k
            on k.jobid = d.jobid and k.epoch = (select s.epoch from analytics.audit_state as s)
        order by job_name, d.runid desc
    ),
    observed as (
        select n.job_name, private.observe(
            kind => 'detached',
            subject => n.job_name,
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => jsonb_build_object(
                'job', n.job_name,
                'runid', n.runid,
                'pid', n.pid,
                'started_at', n.start_time,
                'message', format(
                    'process %s works since %s, though its run ended as "%s"', n.pid, n.start_time, btrim(n.return_message, E' \n')
                )
            ),
            seen_since => n.start_time
        ) as done
        from named as n
    )
    select coalesce(array_agg(o.job_name), '{}') into subjects from observed as o;

    perform private.observe('detached', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'detached' and f.state = 'bad' and f.subject <> all (subjects);
end
$$;
revoke all on function private.detect_detached() from public, anon, authenticated;
comment on function private.detect_detached() is
    'Kind detached: a process of pg_cron that works for a run whose row has failed.';
