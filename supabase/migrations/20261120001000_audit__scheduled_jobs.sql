-- Object: analytics.scheduled_jobs, private.declare_job(), private.withdraw_job(), analytics.register_job()
-- Grain: one row per job that Freshet has declared
-- Why: what ought to run is stated here, so that the audit can hold cron.job to it. Keyed on the name: unscheduling and
--      scheduling again gives a job a new jobid.

create table analytics.scheduled_jobs (
    job_name text primary key,
    schedule text not null,
    command_fingerprint text not null,
    owner name not null,
    database name not null,
    late_after interval not null check (late_after >= interval '0'),
    max_runtime interval not null check (max_runtime > interval '0'),
    failure_threshold integer not null default 1 check (failure_threshold >= 1),
    recovery_threshold integer not null default 1 check (recovery_threshold >= 1),
    severity text check (severity in ('fatal', 'error', 'warning', 'info')),
    muted_until timestamptz,
    declared_at timestamptz not null default now()
);
alter table analytics.scheduled_jobs enable row level security;
revoke all on table analytics.scheduled_jobs from public, anon, authenticated;

comment on table analytics.scheduled_jobs is 'Declared jobs: what ought to be in cron.job, and when a person wants to hear of it.';
comment on column analytics.scheduled_jobs.command_fingerprint is 'sha256 of the command, hex: an edited command is seen without keeping its text twice.';
comment on column analytics.scheduled_jobs.late_after is 'How long after its slot a run may start.';
comment on column analytics.scheduled_jobs.failure_threshold is 'Consecutive failures before an incident opens.';
comment on column analytics.scheduled_jobs.recovery_threshold is 'Consecutive successes before it closes.';
comment on column analytics.scheduled_jobs.severity is 'Level of its alerts; null takes that of the kind.';
comment on column analytics.scheduled_jobs.muted_until is 'Incidents are recorded but not announced until then. Set by hand.';

create function private.command_fingerprint(command text)
returns text
language sql
immutable
set search_path = ''
as $$
    select encode(sha256(convert_to(command, 'UTF8')), 'hex');
$$;
revoke all on function private.command_fingerprint(text) from public, anon, authenticated;
comment on function private.command_fingerprint(text) is 'Fingerprint of a job''s command, as analytics.scheduled_jobs keeps it.';

create function private.declare_job(
    job_name text,
    schedule text,
    command text,
    late_after interval,
    max_runtime interval
)
returns void
language sql
set search_path = ''
as $$
    -- Thresholds, severity and mute are the operator's: declaring again leaves them.
    insert into analytics.scheduled_jobs as j (
        job_name, schedule, command_fingerprint, owner, database, late_after, max_runtime
    )
    values (
        job_name, schedule, private.command_fingerprint(command), current_user, current_database(), late_after, max_runtime
    )
    on conflict on constraint scheduled_jobs_pkey do update
    set schedule = excluded.schedule,
        command_fingerprint = excluded.command_fingerprint,
        owner = excluded.owner,
        database = excluded.database,
        late_after = excluded.late_after,
        max_runtime = excluded.max_runtime,
        declared_at = excluded.declared_at;
$$;
revoke all on function private.declare_job(text, text, text, interval, interval) from public, anon, authenticated;
comment on function private.declare_job(text, text, text, interval, interval) is
    'States that a job ought to exist. Does not schedule it. Idempotent.';

create function private.withdraw_job(job_name text)
returns void
language sql
set search_path = ''
as $$
    delete from analytics.scheduled_jobs as j where j.job_name = withdraw_job.job_name;
$$;
revoke all on function private.withdraw_job(text) from public, anon, authenticated;
comment on function private.withdraw_job(text) is 'Takes a declaration back. Does not unschedule the job. Idempotent.';

create function analytics.register_job(
    job_name text,
    schedule text,
    command text,
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes'
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform cron.schedule(job_name, schedule, command);
    perform private.declare_job(job_name, schedule, command, late_after, max_runtime);
end
$$;
revoke all on function analytics.register_job(text, text, text, interval, interval) from public, anon, authenticated;
comment on function analytics.register_job(text, text, text, interval, interval) is
    'Schedules a job with pg_cron and declares it to the audit. Idempotent: the same name replaces. Views use register_view.';
