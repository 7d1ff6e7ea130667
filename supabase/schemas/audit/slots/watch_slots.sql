-- Object: freshet.watch_slots()
-- Why: the calendar is written once for all jobs. A scheduler that crashes and starts again each second exists at some
--      moments, and starts nothing.
create function freshet.watch_slots(calendar jsonb)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.job_slots as s
    where not exists (select from freshet.known_cron_jobs() as j where j.job_name = s.job_name);

    insert into analytics.job_slots as s (job_name, schedule, watched_since, due_slot_at, next_slot_at, period)
    select distinct on (j.job_name)
        j.job_name,
        j.schedule,
        -- A job is expected to run only after it got its current definition.
        case
            when b.schedule = j.schedule and j.active and coalesce(d.paused_until, '-infinity') <= clock_timestamp()
                then coalesce(b.watched_since, clock_timestamp())
            else clock_timestamp()
        end,
        c.due_slot_at, c.next_slot_at, make_interval(secs => c.period_seconds)
    from freshet.known_cron_jobs() as j
    left join jsonb_to_recordset(calendar -> 'jobs') as c (
        job_name text, schedule text, due_slot_at timestamptz, next_slot_at timestamptz, period_seconds double precision
    ) on c.job_name = j.job_name and c.schedule = j.schedule
    left join analytics.scheduled_jobs as d on d.job_name = j.job_name
    left join analytics.job_slots as b on b.job_name = j.job_name
    order by j.job_name, j.jobid
    on conflict on constraint job_slots_pkey do update
    set schedule = excluded.schedule,
        due_slot_at = excluded.due_slot_at,
        next_slot_at = excluded.next_slot_at,
        period = excluded.period,
        watched_since = excluded.watched_since;
$$;

revoke all on function freshet.watch_slots(jsonb) from public, anon, authenticated;

comment on function freshet.watch_slots(jsonb) is
    'Updates the slots of all jobs from the calendar. A job that is new, changed, inactive or paused is watched from now on.';
