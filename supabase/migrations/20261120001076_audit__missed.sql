-- Object: private.note_run_starts(), private.note_scheduler_pause(), private.watch_slots(), private.judge_slots(),
--         private.detect_missed()
-- Why: a slot that passes without a run leaves no row behind: only the calendar can tell. What one cause makes many jobs
--      miss is one incident, and what nobody could expect is none.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('missed', 'error', false, 'A job was due and did not start.');

alter table analytics.audit_state add column scheduler_resumed_at timestamptz;
comment on column analytics.audit_state.scheduler_resumed_at is
    'End of the last time in which no job started at all though the audit''s own is due every five minutes: stopped, frozen, or the clock jumped.';

create function private.note_run_starts(runs private.audited_run[])
returns timestamptz
language sql
set search_path = ''
as $$
    with starts as (
        -- A run that never started has no time; that it was tried is what counts here.
        select r.job_name, coalesce(r.started_at, r.ended_at, clock_timestamp()) as run_at from unnest(runs) as r
        union all
        select o.job_name, o.first_seen_at from analytics.open_runs as o
    ),
    noted as (
        insert into analytics.job_slots as s (job_name, last_run_at)
        select t.job_name, max(t.run_at) from starts as t group by t.job_name
        on conflict on constraint job_slots_pkey do update
        set last_run_at = greatest(s.last_run_at, excluded.last_run_at)
    )
    select min(t.run_at)
    from starts as t
    where t.run_at > (select a.last_audit_at from analytics.audit_state as a);
$$;
revoke all on function private.note_run_starts(private.audited_run[]) from public, anon, authenticated;
comment on function private.note_run_starts(private.audited_run[]) is
    'Remembers for each job when it last ran, and returns the first start since the last pass.';

create function private.note_scheduler_pause(first_start_at timestamptz)
returns timestamptz
language sql
set search_path = ''
as $$
    -- Three periods of the audit's own job without a start of any.
    update analytics.audit_state as a
    set scheduler_resumed_at = coalesce(first_start_at, clock_timestamp())
    where coalesce(first_start_at, clock_timestamp()) > a.last_audit_at + interval '15 minutes';

    select greatest(
        (select a.scheduler_resumed_at from analytics.audit_state as a),
        (select max(p.backend_start) from pg_catalog.pg_stat_activity as p where p.application_name = 'pg_cron scheduler')
    );
$$;
revoke all on function private.note_scheduler_pause(timestamptz) from public, anon, authenticated;
comment on function private.note_scheduler_pause(timestamptz) is
    'Since when the scheduler runs without a gap: started, thawed, or past a jump of the clock.';

create function private.watch_slots(calendar jsonb)
returns void
language sql
set search_path = ''
as $$
    delete from analytics.job_slots as s
    where not exists (select from private.known_cron_jobs() as j where j.job_name = s.job_name);

    with jobs as (
        select distinct on (j.job_name)
            j.job_name, j.schedule, c.due_slot_at, c.next_slot_at, make_interval(secs => c.period_seconds) as period,
            j.active and coalesce(d.paused_until, '-infinity') <= clock_timestamp() as is_awaited
        from private.known_cron_jobs() as j
        left join jsonb_to_recordset(calendar -> 'jobs') as c (
            job_name text, schedule text, due_slot_at timestamptz, next_slot_at timestamptz, period_seconds double precision
        ) on c.job_name = j.job_name and c.schedule = j.schedule
        left join analytics.scheduled_jobs as d on d.job_name = j.job_name
        order by j.job_name, j.jobid
    )
    insert into analytics.job_slots as s (job_name, schedule, watched_since, due_slot_at, next_slot_at, period)
    select j.job_name, j.schedule, clock_timestamp(), j.due_slot_at, j.next_slot_at, j.period from jobs as j
    on conflict on constraint job_slots_pkey do update
    set schedule = excluded.schedule,
        due_slot_at = excluded.due_slot_at,
        next_slot_at = excluded.next_slot_at,
        period = excluded.period,
        -- Nothing is expected of a job before it stood as it stands.
        watched_since = case
            when s.schedule = excluded.schedule
                and (select j.is_awaited from jobs as j where j.job_name = s.job_name)
                then coalesce(s.watched_since, excluded.watched_since)
            else excluded.watched_since
        end;
$$;
revoke all on function private.watch_slots(jsonb) from public, anon, authenticated;
comment on function private.watch_slots(jsonb) is
    'Brings the slots of all jobs up to the calendar. A job that is new, changed, inactive or paused is watched from now on.';

create function private.judge_slots(running_since timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    newest_start constant timestamptz := (select coalesce(max(s.last_run_at), '-infinity') from analytics.job_slots as s);
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
            -- A backlog is read in batches: its run may be in the next one.
            and not exists (
                select
                from cron.job_run_details as r
                join private.known_cron_jobs() as j on j.jobid = r.jobid
                where r.runid > (select a.low_runid from analytics.audit_state as a) and j.job_name = s.job_name
            )
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
revoke all on function private.judge_slots(timestamptz) from public, anon, authenticated;
comment on function private.judge_slots(timestamptz) is
    'Marks the jobs whose due slot no run has covered, and whether the job or the scheduler is to blame. running_since: slots before it could not be kept.';

create function private.detect_missed(runs private.audited_run[], calendar jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
    running_since timestamptz;
    known constant text[] := array(select j.job_name from private.known_cron_jobs() as j);
begin
    running_since := private.note_scheduler_pause(private.note_run_starts(runs));
    if calendar is null or 'analytics-cron-audit' <> all (known) then
        return;
    end if;
    perform private.watch_slots(calendar);
    if current_setting('cron.log_run', true) = 'off' then
        -- Without rows nothing can be told; that is a finding of its own.
        update analytics.job_slots set watched_since = clock_timestamp(), missed_slot_at = null, missed_by = null;
    elsif exists (select from pg_catalog.pg_stat_activity as p where p.application_name = 'pg_cron scheduler') then
        -- A scheduler that is gone speaks for all of its jobs.
        perform private.judge_slots(running_since);
    end if;

    perform private.observe_findings(
        'missed',
        array(
            select (
                s.job_name,
                jsonb_build_object(
                    'job', s.job_name,
                    'schedule', s.schedule,
                    'missed_slot_at', s.missed_slot_at,
                    'last_run_at', s.last_run_at,
                    'message', format(
                        'no run of "%s" has started since its slot of %s, %s seconds ago', s.job_name, s.missed_slot_at,
                        extract(epoch from clock_timestamp() - s.missed_slot_at)::bigint
                    )
                )
            )::private.audit_finding
            from analytics.job_slots as s
            where s.missed_by = 'job'
            union all
            select (
                'pg_cron',
                jsonb_build_object(
                    'jobs', to_jsonb((array_agg(s.job_name order by s.missed_slot_at, s.job_name))[1:20]),
                    'missed_slot_at', min(s.missed_slot_at),
                    'message', format('%s jobs were not started at their slots while no job was', count(*))
                )
            )::private.audit_finding
            from analytics.job_slots as s
            where s.missed_by = 'scheduler'
            having count(*) > 0
        ),
        known || 'pg_cron'::text
    );
end
$$;
revoke all on function private.detect_missed(private.audited_run[], jsonb) from public, anon, authenticated;
comment on function private.detect_missed(private.audited_run[], jsonb) is
    'Kind missed: a slot passed without a run. One incident a job, or one for "pg_cron" when no job was started.';
