-- Object: private.detect_near_timeout()
-- Why: runs grow with the data, and the one that reaches the limit is a failure. Said while there is time to act.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('near_timeout', 'warning', false, 'Runs of a job take more than 70 % of the time that they are allowed.');

create function private.detect_near_timeout()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'near_timeout',
        subject => m.job_name,
        -- Two of twenty are the 95th percentile; one slow run is nobody's business. Five good ones end it.
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
            p.job_name, p.last_runid, l.time_limit,
            count(*) as run_count,
            count(*) filter (where d.seconds > 0.7 * extract(epoch from l.time_limit)) as slow_count,
            bool_or(d.seconds > 0.7 * extract(epoch from l.time_limit)) filter (where d.place <= 5) as is_slow_lately,
            max(d.seconds) as slowest
        from analytics.job_pace as p
        cross join lateral (select private.time_limit_of_job(p.job_name) as time_limit) as l
        cross join lateral private.recent_durations(p.job_name) as d
        where l.time_limit is not null
        group by p.job_name, p.last_runid, l.time_limit
        having count(*) >= 5
    ) as m
    where m.slow_count >= 2
        or exists (select from analytics.findings as f where f.kind = 'near_timeout' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform private.withdraw_subjects('near_timeout', array(select p.job_name from analytics.job_pace as p));
end
$$;
revoke all on function private.detect_near_timeout() from public, anon, authenticated;
comment on function private.detect_near_timeout() is
    'Kind near_timeout: a job of whose last twenty runs two or more took over 70 % of their statement timeout.';

create function private.recent_durations(job_name text)
returns table (seconds numeric, place bigint)
language sql
stable
set search_path = ''
as $$
    -- A refresh that was skipped takes no time and proves nothing; the ledger knows which ones were real.
    (
        select extract(epoch from l.finished_at - l.started_at), row_number() over (order by l.id desc)
        from analytics.views as v
        cross join lateral (
            select r.id, r.started_at, r.finished_at, r.outcome
            from analytics.refresh_log as r
            where r.view_name = v.view_name
            order by r.id desc
            limit 500
        ) as l
        where v.job_name = recent_durations.job_name and l.outcome = 'refreshed'
        order by l.id desc
        limit 20
    )
    union all
    select d.seconds, cardinality(p.recent_seconds) + 1 - d.ordinal
    from analytics.job_pace as p
    cross join lateral unnest(p.recent_seconds) with ordinality as d (seconds, ordinal)
    where p.job_name = recent_durations.job_name
        and not exists (select from analytics.views as v where v.job_name = recent_durations.job_name);
$$;
revoke all on function private.recent_durations(text) from public, anon, authenticated;
comment on function private.recent_durations(text) is
    'Durations of the last 20 runs that did their work, the newest at place 1: of a view from the ledger, of others from their runs.';
