-- Object: private.watch_slots(), private.judge_slots(), private.detect_scheduler_gone() (replaced)
-- Why: what is asked of each job is asked once for all of them. A scheduler that crashes and starts again each second is
--      there at some moments, and starts nothing.

create or replace function private.watch_slots(calendar jsonb)
returns void
language sql
set search_path = ''
as $$
    delete from analytics.job_slots as s
    where not exists (select from private.known_cron_jobs() as j where j.job_name = s.job_name);

    insert into analytics.job_slots as s (job_name, schedule, watched_since, due_slot_at, next_slot_at, period)
    select distinct on (j.job_name)
        j.job_name,
        j.schedule,
        -- Nothing is expected of a job before it stood as it stands.
        case
            when b.schedule = j.schedule and j.active and coalesce(d.paused_until, '-infinity') <= clock_timestamp()
                then coalesce(b.watched_since, clock_timestamp())
            else clock_timestamp()
        end,
        c.due_slot_at, c.next_slot_at, make_interval(secs => c.period_seconds)
    from private.known_cron_jobs() as j
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

create or replace function private.judge_slots(running_since timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    newest_start constant timestamptz := (select coalesce(max(s.last_run_at), '-infinity') from analytics.job_slots as s);
    -- A backlog is read in batches: the run that is looked for may be in the next one, or wait for a detector.
    waiting constant text[] := array(
        select distinct k.job_name
        from cron.job_run_details as r
        join analytics.known_jobs as k on k.jobid = r.jobid
        -- Asked beforehand: a join would read the whole history for it.
        where r.runid > (select a.low_runid from analytics.audit_state as a)
            and k.epoch = (select a.epoch from analytics.audit_state as a)
        union
        select r.job_name
        from private.detector_arrears as a
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
            -- The audit's own absence is blindness.
            and s.job_name <> 'analytics-cron-audit'
            -- What is due often makes good by itself soon after a pause.
            and (s.due_slot_at > running_since or s.period > interval '1 hour')
            -- While a run goes on the next ones queue behind it; for how long is its max_runtime.
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
        -- Once told as one cause it stays that, until the job runs.
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

create or replace function private.detect_scheduler_gone()
returns void
language plpgsql
set search_path = ''
as $$
declare
    is_running boolean;
begin
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;

    -- The server starts it again a second after it has died: only one that stays away is gone. One that dies as often as it
    -- is started never grows two seconds old.
    for attempt in 1..6 loop
        select exists (
            select from private.cron_backends() as b
            where b.is_scheduler and b.started_at < clock_timestamp() - interval '2 seconds'
        )
        into is_running;
        exit when is_running;
        perform pg_sleep(0.5);
        perform pg_stat_clear_snapshot();
    end loop;

    perform private.observe(
        kind => 'scheduler_gone',
        subject => 'pg_cron',
        state => case when is_running then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => case
            when is_running then '{}'
            else jsonb_build_object(
                'message', format(
                    'no process "pg_cron scheduler" lasted for two of three seconds; pg_cron %s, server up since %s',
                    (select e.extversion from pg_catalog.pg_extension as e where e.extname = 'pg_cron'),
                    pg_postmaster_start_time()
                )
            )
        end
    );
end
$$;
comment on function private.detect_scheduler_gone() is
    'Kind scheduler_gone: pg_stat_activity shows no scheduler that lasts. Takes three seconds to be sure of it.';
