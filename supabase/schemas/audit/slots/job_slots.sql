-- Object: analytics.job_slots
-- Grain: one row per job that is, or was, in cron.job
-- Why: slots are computed outside the database, from the schedules and the clock here. Which of them were kept is
--      remembered for each job, from the runs as they ended: the history is never searched by time.
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

comment on table analytics.job_slots is 'When each job should run and when it last did, as of the last pass.';

comment on column analytics.job_slots.schedule is 'The schedule that the slots were computed from; null before that.';

comment on column analytics.job_slots.watched_since is 'Earlier slots are not expected: the job was scheduled, changed, activated or unpaused then.';

comment on column analytics.job_slots.last_run_at is
    'Start of its latest run; for a run that never started, when the audit took it.';

comment on column analytics.job_slots.due_slot_at is 'Its latest slot whose run should have started.';

comment on column analytics.job_slots.period is 'Shortest distance between its next slots.';

comment on column analytics.job_slots.missed_slot_at is 'The slot that it misses now; null when it misses none.';

comment on column analytics.job_slots.missed_by is
    'job, or scheduler: no job started at the time, so one incident covers all of them.';
