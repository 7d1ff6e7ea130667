-- Object: analytics.job_slots, private.known_cron_jobs(), analytics.audit_calendar_request()
-- Grain: job_slots: one row per job that is, or was, in cron.job
-- Why: slots are computed outside, from schedules and the clock that stand here. Which of them were kept is remembered
--      per job, from the runs that were taken: the history is never searched by time.

create table analytics.job_slots (
    job_name text primary key,
    schedule text,
    watched_since timestamptz,
    last_run_at timestamptz,
    due_slot_at timestamptz,
    next_slot_at timestamptz,
    period interval,
    missed_slot_at timestamptz,
    missed_by text check (missed_by in ('job', 'scheduler')),
    check ((missed_slot_at is null) = (missed_by is null))
);
alter table analytics.job_slots enable row level security;
revoke all on table analytics.job_slots from public, anon, authenticated;

comment on table analytics.job_slots is 'When each job ought to run and when it last did, as of the last pass.';
comment on column analytics.job_slots.schedule is 'The one that the slots were computed from; null before that.';
comment on column analytics.job_slots.watched_since is 'Earlier slots are not expected: the job was scheduled, changed, activated or unpaused then.';
comment on column analytics.job_slots.last_run_at is 'Start of its latest run that was taken; for a run that never started, when it was taken.';
comment on column analytics.job_slots.due_slot_at is 'Its latest slot whose run ought to have started.';
comment on column analytics.job_slots.period is 'Shortest distance between its next slots.';
comment on column analytics.job_slots.missed_slot_at is 'The slot that it misses now; null when it misses none.';
comment on column analytics.job_slots.missed_by is 'scheduler: no job started at the time, so that it is one incident for all of them.';

create function private.known_cron_jobs()
returns table (
    job_name text,
    jobid bigint,
    schedule text,
    command text,
    owner text,
    database text,
    active boolean
)
language sql
stable
set search_path = ''
as $$
    select coalesce(j.jobname::text, 'jobid:' || j.jobid), j.jobid, j.schedule, j.command, j.username, j.database, j.active
    from cron.job as j;
$$;
revoke all on function private.known_cron_jobs() from public, anon, authenticated;
comment on function private.known_cron_jobs() is 'cron.job under the names by which the audit knows its jobs.';

create function analytics.audit_calendar_request()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return jsonb_build_object(
        'now', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        -- Before 1.5 pg_cron knew no other clock.
        'timezone', coalesce(current_setting('cron.timezone', true), 'GMT'),
        'matches_both_days', coalesce(current_setting('cron.match_dom_and_dow', true)::boolean, false),
        'jobs', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'job_name', j.job_name,
                        'schedule', j.schedule,
                        -- The scheduler itself needs a moment to start what is due.
                        'late_after_seconds',
                        extract(epoch from greatest(coalesce(d.late_after, interval '5 minutes'), interval '10 seconds'))
                    )
                    order by j.job_name, j.jobid
                ),
                '[]'
            )
            from private.known_cron_jobs() as j
            left join analytics.scheduled_jobs as d on d.job_name = j.job_name
        )
    );
exception
    -- The pass that follows says what is wrong.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        return null;
end
$$;
revoke all on function analytics.audit_calendar_request() from public, anon, authenticated;
grant execute on function analytics.audit_calendar_request() to service_role;
comment on function analytics.audit_calendar_request() is
    'What the calendar of a pass is computed from: the clock and the schedules of cron.job; null when pg_cron cannot be read. Service role only. No commands leave.';
