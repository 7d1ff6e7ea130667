-- Object: analytics.fact_scenario_attempts, analytics.make_fact_partitions(from_on, to_on)
-- Grain: one row per completed attempt
-- Reads: public.scenario_attempts, by triggers
-- Why: partitioned by month of the UTC day of the start, so that an old month is dropped and a new one vacuumed by
--      itself. Months are made ahead by a job. What has no month yet is kept in the default partition, and the audit
--      says so: a row is never refused because a month is missing.

create table analytics.fact_scenario_attempts (
    attempt_id uuid not null,
    org_id uuid not null,
    user_id text not null,
    scenario_id uuid,
    score numeric,
    duration_seconds integer,
    talk_ms integer,
    listen_ms integer,
    started_at timestamptz not null,
    ended_at timestamptz,
    -- A generated column cannot be a partition key.
    date_key date not null check (date_key = (started_at at time zone 'UTC')::date),
    created_at timestamptz not null default now(),
    primary key (attempt_id, date_key)
) partition by range (date_key);
create index idx_fact_attempts_org_date on analytics.fact_scenario_attempts (org_id, date_key);
create index idx_fact_attempts_user_date on analytics.fact_scenario_attempts (org_id, user_id, date_key);
create index idx_fact_attempts_scenario on analytics.fact_scenario_attempts (org_id, scenario_id);
create index idx_covering on analytics.fact_scenario_attempts (org_id, user_id, started_at) include (score, duration_seconds);

create table analytics.fact_scenario_attempts_default partition of analytics.fact_scenario_attempts default;

alter table analytics.fact_scenario_attempts enable row level security;
alter table analytics.fact_scenario_attempts_default enable row level security;
revoke all on table analytics.fact_scenario_attempts, analytics.fact_scenario_attempts_default from public, anon, authenticated;

comment on table analytics.fact_scenario_attempts is 'One row per completed attempt, written by triggers of public.scenario_attempts.';
comment on column analytics.fact_scenario_attempts.date_key is 'UTC day of the start: an attempt that crosses midnight belongs to the day on which it began, whole.';
comment on column analytics.fact_scenario_attempts.created_at is 'When the fact was written first; the attempt has its own.';
comment on table analytics.fact_scenario_attempts_default is 'Facts of months without a partition. The audit warns while there are any (default_partition_used).';

create function analytics.make_fact_partitions(from_on date, to_on date)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    month_start date;
    partition_name text;
    made_count integer := 0;
begin
    if from_on is null or to_on is null or to_on < from_on or to_on - from_on > 18300 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot make partitions from %s to %s', coalesce(from_on::text, 'null'), coalesce(to_on::text, 'null')),
            hint = 'Give two days in order, at most 50 years apart: every month between them is made, both included.';
    end if;
    -- Two callers would make the same month.
    perform pg_advisory_xact_lock(hashtextextended('freshet.fact_partitions', 0));

    for month_start in
        select m::date from generate_series(date_trunc('month', from_on::timestamp), to_on::timestamp, interval '1 month') as m
    loop
        partition_name := to_char(month_start, '"fact_scenario_attempts_y"YYYY"m"MM');
        -- Of the catalogue itself: what to_regclass remembers may be older than another caller's commit.
        continue when exists (
            select from pg_catalog.pg_class as c
            where c.relnamespace = 'analytics'::regnamespace and c.relname = partition_name
        );

        -- The whole table: a writer that had already found its way to the default partition would be refused there.
        if made_count = 0 then
            lock table analytics.fact_scenario_attempts in access exclusive mode;
        end if;
        execute format('create table analytics.%I (like analytics.fact_scenario_attempts including all)', partition_name);
        execute format('alter table analytics.%I enable row level security', partition_name);
        execute format('revoke all on table analytics.%I from public, anon, authenticated', partition_name);
        execute format(
            'with moved as (delete from analytics.fact_scenario_attempts_default where date_key >= %1$L and date_key < %2$L returning *) '
            'insert into analytics.%3$I select * from moved',
            month_start, (month_start + interval '1 month')::date, partition_name
        );
        execute format(
            'alter table analytics.fact_scenario_attempts attach partition analytics.%I for values from (%L) to (%L)',
            partition_name, month_start, (month_start + interval '1 month')::date
        );
        made_count := made_count + 1;
    end loop;
    return made_count;
end
$$;
revoke all on function analytics.make_fact_partitions(date, date) from public, anon, authenticated;
comment on function analytics.make_fact_partitions(date, date) is
    'Makes the partition of every month between two days, both included, and moves there what waited in the default partition. Returns how many it made. Idempotent. While a month is made, readers and writers wait; when all are there, nobody does: set a lock_timeout.';
