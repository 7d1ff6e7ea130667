-- Object: analytics.scheduled_jobs, private.assert_job_name(), private.declare_job(), private.withdraw_job(), analytics.register_job(),
--         analytics.adopt_job(), analytics.restore_job()
-- Grain: one row per job that Freshet has declared
-- Why: what ought to run is stated here, so that the audit can hold cron.job to it. Keyed on the name: unscheduling and
--      scheduling again gives a job a new jobid.

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
    recovery_threshold integer not null default 1 check (recovery_threshold >= 1),
    severity text check (severity in ('fatal', 'error', 'warning', 'info')),
    muted_until timestamptz,
    paused_until timestamptz,
    declared_at timestamptz not null default now()
);
alter table analytics.scheduled_jobs enable row level security;
revoke all on table analytics.scheduled_jobs from public, anon, authenticated;

comment on table analytics.scheduled_jobs is 'Declared jobs: what ought to be in cron.job, and when a person wants to hear of it.';
comment on column analytics.scheduled_jobs.command is 'Kept so that restore_job can put back what is missing or was edited. It leaves the database in no alert.';
comment on column analytics.scheduled_jobs.command_fingerprint is 'sha256 of the command, hex.';
comment on column analytics.scheduled_jobs.period is 'Usual distance of its runs; null takes that of its schedule (analytics.job_slots.period).';
comment on column analytics.scheduled_jobs.late_after is 'How long after its slot a run may start.';
comment on column analytics.scheduled_jobs.max_runtime is 'How long a run may take.';
comment on column analytics.scheduled_jobs.min_runtime is 'A run that succeeds sooner than this has not done its work; null: unknown.';
comment on column analytics.scheduled_jobs.failure_threshold is 'Consecutive failures before an incident opens.';
comment on column analytics.scheduled_jobs.recovery_threshold is 'Consecutive successes before it closes.';
comment on column analytics.scheduled_jobs.severity is 'Level of its alerts; null takes that of the kind.';
comment on column analytics.scheduled_jobs.muted_until is 'Incidents are recorded but not announced until then. Set by hand.';
comment on column analytics.scheduled_jobs.paused_until is 'Until then it may be inactive, or absent, and misses no slot. Set by hand.';

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

create function private.assert_job_name(job_name text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if job_name is null or octet_length(job_name) not between 1 and 63 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('job name "%s" has %s bytes', job_name, coalesce(octet_length(job_name), 0)),
            hint = 'pg_cron keeps the first 63 bytes of a name, and would then be without this job: choose a shorter one. A view''s job is refresh-<view>.';
    end if;
end
$$;
revoke all on function private.assert_job_name(text) from public, anon, authenticated;
comment on function private.assert_job_name(text) is 'Raises 22023 unless pg_cron would keep the whole name.';

create function private.declare_job(
    job_name text,
    schedule text,
    command text,
    late_after interval,
    max_runtime interval,
    min_runtime interval default null,
    period interval default null,
    failure_threshold integer default null,
    recovery_threshold integer default null,
    severity text default null
)
returns void
language sql
set search_path = ''
as $$
    select private.assert_job_name(declare_job.job_name);

    -- Thresholds and severity that are not given, mute and pause are the operator's: declaring again leaves them.
    insert into analytics.scheduled_jobs as j (
        job_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, min_runtime, period,
        failure_threshold, recovery_threshold, severity
    )
    values (
        job_name, schedule, command, private.command_fingerprint(command), current_user, current_database(),
        late_after, max_runtime, min_runtime, period,
        coalesce(failure_threshold, 1), coalesce(recovery_threshold, 1), severity
    )
    on conflict on constraint scheduled_jobs_pkey do update
    set schedule = excluded.schedule,
        command = excluded.command,
        command_fingerprint = excluded.command_fingerprint,
        owner = excluded.owner,
        database = excluded.database,
        late_after = excluded.late_after,
        max_runtime = excluded.max_runtime,
        min_runtime = excluded.min_runtime,
        period = excluded.period,
        failure_threshold = coalesce(declare_job.failure_threshold, j.failure_threshold),
        recovery_threshold = coalesce(declare_job.recovery_threshold, j.recovery_threshold),
        severity = coalesce(declare_job.severity, j.severity),
        declared_at = excluded.declared_at;
$$;
revoke all on function private.declare_job(text, text, text, interval, interval, interval, interval, integer, integer, text)
    from public, anon, authenticated;
comment on function private.declare_job(text, text, text, interval, interval, interval, interval, integer, integer, text) is
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
    max_runtime interval default '10 minutes',
    min_runtime interval default null,
    period interval default null,
    failure_threshold integer default null,
    recovery_threshold integer default null,
    severity text default null
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform cron.schedule(job_name, schedule, command);
    perform private.declare_job(
        job_name => job_name,
        schedule => schedule,
        command => command,
        late_after => late_after,
        max_runtime => max_runtime,
        min_runtime => min_runtime,
        period => period,
        failure_threshold => failure_threshold,
        recovery_threshold => recovery_threshold,
        severity => severity
    );
end
$$;
revoke all on function analytics.register_job(
    text, text, text, interval, interval, interval, interval, integer, integer, text
) from public, anon, authenticated;
comment on function analytics.register_job(
    text, text, text, interval, interval, interval, interval, integer, integer, text
) is
    'Schedules a job with pg_cron and declares it to the audit. Idempotent: the same name replaces; thresholds and severity that are not given stay. Views use register_view.';

create function analytics.adopt_job(
    job_name text,
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes'
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    job_count constant bigint := (select count(*) from cron.job as j where j.jobname = adopt_job.job_name);
    job record;
begin
    if job_count <> 1 then
        raise exception using
            errcode = 'no_data_found',
            message = format('cannot adopt job "%s": cron.job has %s jobs of that name, not one', job_name, job_count),
            hint = 'A job without a name is unscheduled by its jobid and scheduled again with analytics.register_job; of two with one name, one is unscheduled.';
    end if;
    select j.schedule, j.command, j.username, j.database into strict job from cron.job as j where j.jobname = adopt_job.job_name;
    perform private.declare_job(job_name, job.schedule, job.command, late_after, max_runtime);
    update analytics.scheduled_jobs as d
    set owner = job.username, database = job.database
    where d.job_name = adopt_job.job_name;
end
$$;
revoke all on function analytics.adopt_job(text, interval, interval) from public, anon, authenticated;
comment on function analytics.adopt_job(text, interval, interval) is
    'Declares a job as it stands in cron.job: it is wanted, and wanted like this. Changes nothing in pg_cron. Idempotent.';

create function analytics.restore_job(job_name text)
returns void
language plpgsql
set search_path = ''
as $$
declare
    declared analytics.scheduled_jobs;
begin
    select * into declared from analytics.scheduled_jobs as d where d.job_name = restore_job.job_name;
    if declared is null then
        raise exception using
            errcode = 'no_data_found',
            message = format('cannot restore job "%s": it is not declared', job_name),
            hint = 'select job_name from analytics.scheduled_jobs; a job is declared with analytics.register_job or register_view.';
    end if;
    -- In place where it can be: unscheduling would cut the thread to a run that is going on.
    perform cron.unschedule(j.jobid)
    from cron.job as j
    where j.jobname = restore_job.job_name and (j.username <> current_user or j.database <> current_database());
    perform cron.schedule(job_name, declared.schedule, declared.command);
    perform cron.alter_job(j.jobid, active => true)
    from cron.job as j
    where j.jobname = restore_job.job_name and not j.active;
    update analytics.scheduled_jobs as d
    set owner = current_user, database = current_database()
    where d.job_name = restore_job.job_name;
end
$$;
revoke all on function analytics.restore_job(text) from public, anon, authenticated;
comment on function analytics.restore_job(text) is
    'Schedules a declared job again as it was declared, owned by the caller, and activates it. Idempotent.';
