-- Kind: near_timeout
-- Means: runs of a job take more than 70 % of their time limit.
-- Why: a warning before the job is cut off.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('near_timeout', 'warning', false, true, 'Runs of a job take more than 70 % of the time that they are allowed.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    430, 'near_timeout',
    'freshet.detect_near_timeout()',
    true
);

create function freshet.detect_near_timeout()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'near_timeout',
        subject => m.job_name,
        -- Two of twenty are the 95th percentile; one slow run is no news. Five good ones end it.
        state => case when m.slow_count >= 2 and m.is_slow_lately then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', freshet.schedule_of_job(m.job_name),
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
            -- Computed once for each job, not for each use below.
            select p.job_name, p.last_runid, freshet.time_limit(j.command, j.owner, j.database) as time_limit
            from analytics.job_pace as p
            join freshet.known_cron_jobs() as j on j.job_name = p.job_name
            offset 0
        ) as l
        cross join lateral freshet.recent_durations(l.job_name) as d
        where l.time_limit is not null
        group by l.job_name, l.last_runid, l.time_limit
        having count(*) >= 5
    ) as m
    where m.slow_count >= 2
        or exists (select from analytics.findings as f where f.kind = 'near_timeout' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.withdraw_subjects('near_timeout', array(select p.job_name from analytics.job_pace as p));
end
$$;

revoke all on function freshet.detect_near_timeout() from public, anon, authenticated;

comment on function freshet.detect_near_timeout() is
    'Kind near_timeout: two or more of a job''s last twenty runs took over 70 % of their statement timeout.';
