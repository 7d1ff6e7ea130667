-- Kind: stuck
-- Means: a run has not ended within the time that its job may take.
-- Why: a run that hangs has no end to judge, and the next ones wait for it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('stuck', 'error', false, false, 'A run has not ended within the time that its job may take.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    510, 'stuck',
    'freshet.detect_stuck() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')',
    true
);

create function freshet.detect_stuck()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- For jobs without a declared max_runtime.
    usual_limit constant interval := interval '6 hours';
begin
    perform freshet.observe(
        kind => 'stuck',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', freshet.schedule_of_job(s.job_name),
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
            and freshet.is_run_alive(o)
            and greatest(coalesce(o.started_at, o.first_seen_at), freshet.judged_since())
                < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        order by o.job_name, o.runid
    ) as s
    order by s.job_name;

    perform freshet.observe('stuck', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    left join analytics.scheduled_jobs as d on d.job_name = f.subject
    where f.kind = 'stuck'
        and f.state = 'bad'
        and not exists (
            select
            from analytics.open_runs as o
            where o.job_name = f.subject
                and o.given_up_at is null
                and freshet.is_run_alive(o)
                and greatest(coalesce(o.started_at, o.first_seen_at), freshet.judged_since())
                    < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        );
end
$$;

revoke all on function freshet.detect_stuck() from public, anon, authenticated;

comment on function freshet.detect_stuck() is
    'Kind stuck: an open run with a live process that is older than max_runtime of its job.';
