-- Object: analytics.fact_scenario_attempts, analytics.fact_scenario_attempts_default
-- Grain: one row per completed attempt
-- Reads: public.scenario_attempts, by triggers
-- Why: partitioned by month of the UTC day of the start, so that an old month can be dropped and a new one vacuumed
--      separately. A job makes months ahead. A row whose month has no partition goes to the default partition, and the
--      audit reports it: a row is never refused because a month is missing.
-- Why the checks: a fact is a copy of an attempt and has the same limits. Rows that reach the table past the triggers
--      are in every figure, and one NaN makes the average of an organisation NaN. A person's id is part of the keys of
--      views, and an index entry holds no more than 2,704 bytes: an id that only just fits the table would stop the
--      refresh.
create table analytics.fact_scenario_attempts (
    attempt_id uuid not null,
    org_id uuid not null,
    user_id text not null check (octet_length(user_id) <= 1000),
    scenario_id uuid,
    score numeric check (abs(score) < 1e15),
    duration_seconds integer check (duration_seconds >= 0),
    talk_ms integer check (talk_ms >= 0),
    listen_ms integer check (listen_ms >= 0),
    started_at timestamptz not null check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    -- A generated column cannot be a partition key.
    date_key date not null check (date_key = (started_at at time zone 'UTC')::date),
    created_at timestamptz not null default now(),
    primary key (attempt_id, date_key)
) partition by range (date_key);

create table analytics.fact_scenario_attempts_default partition of analytics.fact_scenario_attempts default;

create index idx_fact_attempts_org_date on analytics.fact_scenario_attempts (org_id, date_key);

create index idx_fact_attempts_user_date on analytics.fact_scenario_attempts (org_id, user_id, date_key);

-- Why: pages of all organisations, which the secret key reads. Those of one organisation come from idx_fact_attempts_org_date.
-- Why ascending, where the newest come first: it is read backward, and new attempts come to its end, where its pages fill up.
create index idx_fact_attempts_newest on analytics.fact_scenario_attempts (date_key, started_at, attempt_id);

create index idx_fact_attempts_scenario on analytics.fact_scenario_attempts (org_id, scenario_id);

create index idx_covering on analytics.fact_scenario_attempts (org_id, user_id, started_at) include (score, duration_seconds);

-- The newest fact is asked for at each refresh.
create index idx_fact_attempts_started_at on analytics.fact_scenario_attempts (started_at);

alter table analytics.fact_scenario_attempts enable row level security;

alter table analytics.fact_scenario_attempts_default enable row level security;

create policy reporting_user_reads_facts on analytics.fact_scenario_attempts for select to reporting_user using (true);

revoke all on table analytics.fact_scenario_attempts from public, anon, authenticated;

revoke all on table analytics.fact_scenario_attempts_default from public, anon, authenticated;

grant select on table analytics.fact_scenario_attempts to reporting_user;

comment on table analytics.fact_scenario_attempts is 'One row per completed attempt, written by triggers of public.scenario_attempts.';

comment on column analytics.fact_scenario_attempts.date_key is
    'UTC day of the start: an attempt that crosses midnight belongs to the day on which it began, whole.';

comment on column analytics.fact_scenario_attempts.created_at is
    'When the fact was first written; the attempt has its own created_at.';

comment on table analytics.fact_scenario_attempts_default is 'Facts of months without a partition. The audit warns while there are any (default_partition_used). Repair: select analytics.make_fact_partitions(min(date_key), max(date_key)) from analytics.fact_scenario_attempts_default;';

-- Why: a person's own attempts are read live.
select analytics.register_live(
    name => 'fact_scenario_attempts', pack => 'training', sources => array['analytics.fact_scenario_attempts']::regclass[]
);
