-- Object: freshet.observe_runs(), used by the detectors of kinds failed and timed_out
-- Why: several kinds are about how runs end, and count them alike: consecutive runs of a job with one ending are one
--      observation with a weight, so that a backlog costs as much as it has changes.
create function freshet.observe_runs(kind text, bad_ending text, runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    streak record;
begin
    perform freshet.settle_incidents();

    for streak in
        with told as (
            -- Runs that ended in another way say nothing about this kind.
            select r.* from unnest(runs) as r where r.ending in ('succeeded', bad_ending)
        ),
        numbered as (
            select
                t.*,
                row_number() over (partition by t.job_name order by t.runid)
                - row_number() over (partition by t.job_name, t.ending order by t.runid) as island
            from told as t
        ),
        streaks as (
            select
                n.job_name, n.ending, count(*) as run_count,
                min(coalesce(n.started_at, n.ended_at)) as first_at,
                max(n.runid) as last_runid
            from numbered as n
            group by n.job_name, n.ending, n.island
        )
        select
            s.*, r.sqlstate, r.message, r.started_at, r.ended_at,
            freshet.schedule_of_job(s.job_name) as schedule
        from streaks as s
        join unnest(runs) as r on r.runid = s.last_runid
        order by s.last_runid
    loop
        -- A job that keeps succeeding changes nothing, and most runs are such.
        continue when streak.ending = 'succeeded' and not exists (
            select
            from analytics.findings as f
            where f.kind = observe_runs.kind and f.subject = streak.job_name
                and (f.state <> 'ok' or exists (
                    select
                    from analytics.incidents as i
                    where i.kind = observe_runs.kind and i.subject = streak.job_name and i.closed_at is null
                ))
        );
        perform freshet.observe(
            kind => observe_runs.kind,
            subject => streak.job_name,
            state => case streak.ending when 'succeeded' then 'ok' else 'bad' end,
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

    if freshet.is_audit_sighted() then
        perform freshet.withdraw_subjects(kind, array(
            select j.job_name from freshet.known_cron_jobs() as j
            union
            select d.job_name from analytics.scheduled_jobs as d
        ));
    end if;
end
$$;

revoke all on function freshet.observe_runs(text, text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.observe_runs(text, text, freshet.audited_run[]) is
    'Observes a kind whose bad runs have one ending and whose good ones succeeded, for each job. Not idempotent: each run is given once.';
