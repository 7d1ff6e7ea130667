-- Object: analytics.scheduled_jobs
-- Grain: one row per declared job
-- Why: the jobs that should run are declared here, so that the audit can compare cron.job with them. Keyed on the name:
--      unscheduling and scheduling again gives a job a new jobid.
-- Why has_monitor: a monitor for each job costs money and says little that an incident does not, so a job has one only
--      if the operator asks for it.
-- Why is_worker: a job that looks every ten seconds for work leaves 8,640 runs a day, nearly all of which found none.
--      They would fill most of the history, and every page of it. And a worker that starts again at once because it has
--      work is not a pile-up.
-- Why cron_name: pg_cron's key is the name and the owner, so of two owners' jobs of one name each can be declared. And
--      a name may be longer than an index entry, which must fail no part of the audit.
create table analytics.scheduled_jobs (
    job_name text primary key,
    schedule text not null,
    command text not null,
    command_fingerprint text not null,
    owner name not null,
    database name not null,
    period interval check (period > interval '0'),
    late_after interval not null check (late_after >= interval '0'),
    max_runtime interval not null check (max_runtime > interval '0'),
    min_runtime interval check (min_runtime >= interval '0'),
    failure_threshold integer not null default 1 check (failure_threshold >= 1),
    recovery_threshold integer check (recovery_threshold >= 1),
    severity text check (severity in ('fatal', 'error', 'warning', 'info')),
    muted_until timestamptz,
    paused_until timestamptz,
    declared_at timestamptz not null default now(),
    has_monitor boolean not null default false,
    is_worker boolean not null default false,
    cron_name text,
    constraint scheduled_jobs_silence_ends check (isfinite(muted_until) and isfinite(paused_until)),
    constraint scheduled_jobs_spans_check check (
        greatest(period, late_after, max_runtime, min_runtime) <= interval '100 years'
    )
);

alter table analytics.scheduled_jobs enable row level security;

revoke all on table analytics.scheduled_jobs from public, anon, authenticated;

comment on table analytics.scheduled_jobs is
    'Declared jobs: what should be in cron.job, and from when on a person is alerted.';

comment on column analytics.scheduled_jobs.command is
    'Kept so that restore_job can put back a job that is missing or was edited. No alert contains it.';

comment on column analytics.scheduled_jobs.command_fingerprint is 'sha256 of the command, hex.';

comment on column analytics.scheduled_jobs.period is
    'Usual interval between its runs; null takes that of its schedule (analytics.job_slots.period).';

comment on column analytics.scheduled_jobs.late_after is 'How long after its slot a run may start.';

comment on column analytics.scheduled_jobs.max_runtime is 'How long a run may take.';

comment on column analytics.scheduled_jobs.min_runtime is 'A run that succeeds sooner than this has not done its work; null: unknown.';

comment on column analytics.scheduled_jobs.failure_threshold is 'Consecutive failures before an incident opens.';

comment on column analytics.scheduled_jobs.severity is 'Level of its alerts; null takes that of the kind.';

comment on column analytics.scheduled_jobs.muted_until is 'Incidents are recorded but not announced until then. Set by hand.';

comment on column analytics.scheduled_jobs.paused_until is 'Until then it may be inactive, or absent, and misses no slot. Set by hand.';

comment on column analytics.scheduled_jobs.has_monitor is 'Whether Sentry gets a monitor for it. Set by hand; for schedules of five fields without "$".';

comment on column analytics.scheduled_jobs.is_worker is
    'It looks every few seconds for work: its succeeded runs are kept for an hour and listed only where it is named, and it may run back to back.';

comment on column analytics.scheduled_jobs.recovery_threshold is
    'Consecutive successes before it closes; null: as many as fit into five minutes, at least one.';

comment on column analytics.scheduled_jobs.cron_name is
    'Its name in pg_cron if that differs: job_name is "<name> of <owner>" for a second owner''s job, and shortened where the name is very long.';
