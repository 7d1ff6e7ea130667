-- Kind: too_fast
-- Means: a run succeeded in much less time than its work takes.
-- Why: a run that ends too soon has probably not done its work.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('too_fast', 'warning', false, true, 'A run succeeded in much less time than its work takes.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    440, 'too_fast',
    'freshet.detect_too_fast($1)',
    true
);

create function freshet.detect_too_fast(runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- For a background worker, pg_cron records as end when it begins to listen, which may be at once.
    has_true_ends constant boolean := coalesce(
        (select g.setting = 'off' from pg_catalog.pg_settings as g where g.name = 'cron.use_background_workers'), true
    );
begin
    perform freshet.observe(
        kind => 'too_fast',
        subject => m.job_name,
        state => case when m.seconds < m.least_seconds then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', freshet.schedule_of_job(m.job_name),
            'runid', m.runid,
            'message', format('took %s seconds, expected at least %s', round(m.seconds, 2), round(m.least_seconds, 2))
        )
    )
    from (
        -- The declared minimum, for jobs that have one.
        select distinct on (r.job_name)
            r.job_name, r.runid,
            extract(epoch from r.ended_at - r.started_at) as seconds,
            extract(epoch from d.min_runtime) as least_seconds
        from unnest(runs) as r
        join analytics.scheduled_jobs as d on d.job_name = r.job_name
        where r.ending = 'succeeded' and d.min_runtime is not null and r.ended_at >= r.started_at and has_true_ends
            and not exists (select from analytics.views as v where v.job_name = r.job_name)
        order by r.job_name, r.runid desc
    ) as m
    where m.seconds < m.least_seconds
        or exists (select from analytics.findings as f where f.kind = 'too_fast' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.observe(
        kind => 'too_fast',
        subject => m.job_name,
        state => case when m.is_short then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'view', m.view_name,
            'schedule', m.schedule,
            'message', format('the last refresh took %s seconds, the median is %s', round(m.seconds, 2), round(m.median, 2))
        )
    )
    from (
        -- Below a second, noise of the machine exceeds the work.
        select u.*, u.median >= 1 and u.seconds < 0.2 * u.median and not freshet.is_incremental(u.view_name) as is_short
        from (
            -- The usual duration, for views: the ledger knows which refreshes were real. One of an incremental view takes as
            -- long as its changes do, and its ledger counts what it wrote.
            select
                v.job_name, v.view_name, v.schedule,
                max(d.seconds) filter (where d.place = 1) as seconds,
                percentile_cont(0.5) within group (order by d.seconds) filter (where d.place > 1)::numeric as median
            from analytics.views as v
            cross join lateral freshet.recent_durations(v.job_name) as d
            group by v.job_name, v.view_name, v.schedule
            having count(*) > 10
        ) as u
    ) as m
    where m.is_short
        or exists (select from analytics.findings as f where f.kind = 'too_fast' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.withdraw_subjects('too_fast', array(
        select p.job_name from analytics.job_pace as p
        union
        select v.job_name from analytics.views as v
    ));
end
$$;

revoke all on function freshet.detect_too_fast(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_too_fast(freshet.audited_run[]) is
    'Kind too_fast: a run under the declared min_runtime, or a refresh of a materialized view under a fifth of the median of those before it.';
