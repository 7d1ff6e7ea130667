-- Object: freshet.judge_slots()
-- Why: a slot that passes without a run leaves no row: only the calendar shows it. One cause that makes many jobs miss
--      their slots is one incident, and a slot that could not be kept is none.
create function freshet.judge_slots(running_since timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    newest_start constant timestamptz := (select coalesce(max(s.last_run_at), '-infinity') from analytics.job_slots as s);
    -- A backlog is read in batches: the run in question may be in the next one, or wait for a detector.
    waiting constant text[] := array(
        select distinct k.job_name
        from cron.job_run_details as r
        join analytics.known_jobs as k on k.jobid = r.jobid
        -- Queried beforehand: a join would read the whole history for it.
        where r.runid > (select a.low_runid from analytics.audit_state as a)
            and k.epoch = (select a.epoch from analytics.audit_state as a)
        union
        select r.job_name
        from freshet.detector_arrears as a
        cross join lateral unnest(a.runs) as r
        where a.detector = 'missed'
    );
begin
    update analytics.job_slots as s
    set missed_slot_at = null, missed_by = null
    where s.missed_slot_at is not null
        and (s.due_slot_at is null or s.due_slot_at < s.watched_since or s.last_run_at >= s.due_slot_at);

    with missing as (
        select s.job_name, s.due_slot_at, s.due_slot_at <= running_since as is_pause
        from analytics.job_slots as s
        left join analytics.scheduled_jobs as d on d.job_name = s.job_name
        where s.due_slot_at >= s.watched_since
            and coalesce(s.last_run_at, '-infinity') < s.due_slot_at
            -- The audit's own absence is kind blind.
            and s.job_name <> 'analytics-cron-audit'
            -- A frequent job catches up by itself soon after a pause.
            and (s.due_slot_at > running_since or s.period > interval '1 hour')
            -- While a run goes on the next ones queue behind it; max_runtime says for how long.
            and not exists (
                select
                from analytics.open_runs as o
                where o.job_name = s.job_name
                    and o.first_seen_at > clock_timestamp() - coalesce(d.max_runtime, interval '10 minutes')
            )
            and s.job_name <> all (waiting)
    )
    update analytics.job_slots as s
    set missed_slot_at = m.due_slot_at,
        -- Once reported under one cause it stays there, until the job runs.
        missed_by = coalesce(
            s.missed_by,
            case
                when m.is_pause then 'scheduler'
                when m.due_slot_at > newest_start and (select count(*) from missing) > 1 then 'scheduler'
                else 'job'
            end
        )
    from missing as m
    where s.job_name = m.job_name;
end
$$;

revoke all on function freshet.judge_slots(timestamptz) from public, anon, authenticated;

comment on function freshet.judge_slots(timestamptz) is
    'Marks the jobs whose due slot no run has covered, and whether the job or the scheduler is to blame. running_since: slots before it could not be kept.';
