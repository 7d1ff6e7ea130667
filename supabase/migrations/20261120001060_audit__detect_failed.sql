-- Object: private.detect_failed()
-- Why: a detector says how its subjects stand and nothing else; private.observe judges. What struck a run from outside
--      (no connection, a restart, a timeout, an unscheduling) is told by the detectors of those, not as a failure of the job.

create function private.detect_failed(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    streak record;
begin
    -- A failing transaction takes its own ledger row with it, so the ledger hears of it here.
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome, rows_before, version, sqlstate, message, runid
    )
    select
        v.view_name, 'schedule', coalesce(r.started_at, r.ended_at, clock_timestamp()), r.ended_at, 'failed',
        v.row_count, v.version, r.sqlstate, r.message, r.runid
    from unnest(runs) as r
    join analytics.views as v on v.job_name = r.job_name
    where r.status = 'failed'
    order by r.runid;

    -- Consecutive runs of a job with one outcome are one observation with a weight: a backlog costs by its changes.
    for streak in
        with numbered as (
            select
                r.*,
                row_number() over (partition by r.job_name order by r.runid)
                - row_number() over (partition by r.job_name, r.status order by r.runid) as island
            from unnest(runs) as r
        ),
        streaks as (
            select
                n.job_name, n.status, count(*) as run_count,
                min(coalesce(n.started_at, n.ended_at)) as first_at,
                max(n.runid) as last_runid
            from numbered as n
            group by n.job_name, n.status, n.island
        )
        select s.*, r.sqlstate, r.message, r.started_at, r.ended_at,
            coalesce(
                d.schedule, (select j.schedule from cron.job as j where j.jobname = s.job_name order by j.jobid limit 1)
            ) as schedule
        from streaks as s
        join unnest(runs) as r on r.runid = s.last_runid
        left join analytics.scheduled_jobs as d on d.job_name = s.job_name
        order by s.last_runid
    loop
        -- A job that goes on succeeding is no news, and is most of what there is to read.
        continue when streak.status = 'succeeded' and not exists (
            select
            from analytics.findings as f
            where f.kind = 'failed' and f.subject = streak.job_name
                and (f.state <> 'ok' or exists (
                    select
                    from analytics.incidents as i
                    where i.kind = 'failed' and i.subject = streak.job_name and i.closed_at is null
                ))
        );
        perform private.observe(
            kind => 'failed',
            subject => streak.job_name,
            state => case streak.status when 'failed' then 'bad' else 'ok' end,
            observed_at => coalesce(streak.ended_at, streak.started_at, clock_timestamp()),
            evidence => jsonb_build_object(
                'job', streak.job_name,
                'schedule', streak.schedule,
                'runid', streak.last_runid,
                'sqlstate', streak.sqlstate,
                'message', streak.message,
                'started_at', streak.started_at,
                'ended_at', streak.ended_at
            ),
            weight => streak.run_count,
            seen_since => streak.first_at
        );
    end loop;

    -- An audit that does not even see its own job cannot say that another one is gone.
    if exists (select from cron.job as j where j.jobname = 'analytics-cron-audit') then
        perform private.withdraw_subjects('failed', array(
            select coalesce(j.jobname::text, 'jobid:' || j.jobid) from cron.job as j
            union
            select d.job_name from analytics.scheduled_jobs as d
        ));
    end if;
end
$$;
revoke all on function private.detect_failed(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_failed(private.audited_run[]) is
    'Kind failed: a job whose last run failed. Also writes the ledger rows of failed refreshes. Not idempotent: each run is given once.';
