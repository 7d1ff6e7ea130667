-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/jobs/declare_job.sql

-- Object: freshet.declare_job()
-- Why: scheduling and declaring are separate, so that the audit can compare cron.job with the declaration.
create or replace function freshet.declare_job(
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
set search_path = pg_catalog, pg_temp
as $$
    select freshet.assert_job_name(declare_job.job_name);
    select freshet.assert_span(a.argument, a.span, a.may_be_zero)
    from (
        values
            ('late_after', declare_job.late_after, true),
            ('max_runtime', declare_job.max_runtime, false),
            ('min_runtime', declare_job.min_runtime, true),
            ('period', declare_job.period, false)
    ) as a (argument, span, may_be_zero);

    -- Thresholds and severity that are not given, mute and pause belong to the operator: a new declaration keeps them.
    insert into analytics.scheduled_jobs as j (
        job_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, min_runtime, period,
        failure_threshold, recovery_threshold, severity
    )
    values (
        job_name, schedule, command, freshet.command_fingerprint(command), current_user, current_database(),
        late_after, max_runtime, min_runtime, period,
        coalesce(failure_threshold, 1), recovery_threshold, severity
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

reset check_function_bodies;
