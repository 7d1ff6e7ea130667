-- Kind: detached
-- Means: a process still works for a run that pg_cron has ended.
-- Why: after an unscheduling or a restart of the scheduler the work goes on, unseen in the history.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('detached', 'warning', false, false, 'A run works on although pg_cron has ended it: its job was unscheduled or the scheduler restarted.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    520, 'detached',
    'freshet.detect_detached() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('detached', 'orphan_owner', 'lasting', 1),
    ('detached', 'scheduler_gone', 'lasting', 2),
    ('detached', 'restarted', 'once', 3);

create function freshet.detect_detached()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The row follows its run a moment later; and a canceled run may be about to end anyway.
    patience constant interval := interval '1 minute';
    looked_back constant bigint := 20000;
    subjects text[];
begin
    with unowned as materialized (
        select b.pid, b.started_at
        from freshet.cron_backends() as b
        where not b.is_scheduler
            and b.is_busy
            and b.started_at < clock_timestamp() - patience
            and not exists (select from analytics.open_runs as o where o.job_pid = b.pid)
    ),
    detached as (
        select u.pid, u.started_at as backend_started_at, r.*
        from unowned as u
        cross join lateral (
            -- Rarely reached; the rows in question are among the newest.
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
        select n.job_name, freshet.observe(
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

    perform freshet.observe('detached', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'detached' and f.state = 'bad' and f.subject <> all (subjects);
end
$$;

revoke all on function freshet.detect_detached() from public, anon, authenticated;

comment on function freshet.detect_detached() is
    'Kind detached: a process of pg_cron that works for a run whose row says failed.';
