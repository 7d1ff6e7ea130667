-- Object: analytics.scheduled_jobs.recovery_threshold, private.declare_job() (replaced), private.period_of_schedule(), private.period_of_job(),
--         private.recovery_threshold()
-- Why: one good run of a job that is due each minute proves little, one of a nightly job is all there is to wait for. So
--      without a word a job has recovered when it has succeeded for five minutes in a row, and at least once.

alter table analytics.scheduled_jobs alter column recovery_threshold drop not null;
alter table analytics.scheduled_jobs alter column recovery_threshold drop default;
-- One was what every job had.
update analytics.scheduled_jobs set recovery_threshold = null where recovery_threshold = 1;
comment on column analytics.scheduled_jobs.recovery_threshold is
    'Consecutive successes before it closes; null: as many as fit into five minutes, at least one.';

create or replace function private.declare_job(
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
    select private.assert_job_name(declare_job.job_name);

    -- Thresholds and severity that are not given, mute and pause are the operator's: declaring again leaves them.
    insert into analytics.scheduled_jobs as j (
        job_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, min_runtime, period,
        failure_threshold, recovery_threshold, severity
    )
    values (
        job_name, schedule, command, private.command_fingerprint(command), current_user, current_database(),
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

create function private.period_of_schedule(schedule text)
returns interval
language sql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
    with field as (
        select split_part(s.text, ' ', 1) as minute, split_part(s.text, ' ', 2) as hour, s.text
        from (select regexp_replace(btrim(schedule), '\s+', ' ', 'g') as text) as s
    )
    select case
        when f.text ~ '^\d{1,2} seconds?$' then make_interval(secs => greatest(f.minute::integer, 1))
        when f.minute ~ '^\*/\d{1,2}$' then make_interval(mins => greatest(split_part(f.minute, '/', 2)::integer, 1))
        when f.minute ~ '^\d{1,2}(,\d{1,2})+$' then interval '1 hour' / cardinality(string_to_array(f.minute, ','))
        when f.minute !~ '^\d{1,2}$' then interval '1 minute'
        when f.hour ~ '^\*/\d{1,2}$' then make_interval(hours => greatest(split_part(f.hour, '/', 2)::integer, 1))
        when f.hour ~ '^\d{1,2}(,\d{1,2})*$' then interval '1 day' / cardinality(string_to_array(f.hour, ','))
        else interval '1 hour'
    end
    from field as f;
$$;
revoke all on function private.period_of_schedule(text) from public, anon, authenticated;
comment on function private.period_of_schedule(text) is
    'About how far apart the slots of a schedule are, where the calendar has not said it yet: a day at most, a minute when in doubt.';

create function private.period_of_job(job_name text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = period_of_job.job_name),
        (select s.period from analytics.job_slots as s where s.job_name = period_of_job.job_name),
        private.period_of_schedule(private.schedule_of_job(period_of_job.job_name))
    );
$$;
revoke all on function private.period_of_job(text) from public, anon, authenticated;
comment on function private.period_of_job(text) is 'The usual distance of the runs of a job; null when it has no schedule.';

create function private.recovery_threshold(kind text, evidence jsonb)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when not k.has_job_thresholds then 1
        else coalesce(
            d.recovery_threshold,
            ceil(300 / nullif(extract(epoch from private.period_of_job(recovery_threshold.evidence ->> 'job')), 0)),
            1
        )
    end::bigint
    from analytics.alert_kinds as k
    left join analytics.scheduled_jobs as d
        on d.job_name = recovery_threshold.evidence ->> 'job'
        -- Another owner's job of this name has nothing to do with the declaration.
        and d.owner = coalesce(recovery_threshold.evidence ->> 'owner', d.owner)
    where k.kind = recovery_threshold.kind;
$$;
revoke all on function private.recovery_threshold(text, jsonb) from public, anon, authenticated;
comment on function private.recovery_threshold(text, jsonb) is
    'How often in a row a subject has to be well before its incident is over.';
