-- Object: analytics.fact_kpi_events
-- Grain: one row per event in an attempt
-- Why: written by the application that listens to the call, for attempts that may still run. Organisation, user and
--      scenario of an event are checked against its attempt, and follow it: otherwise one organisation's event could
--      count for another.
create table analytics.fact_kpi_events (
    id uuid primary key default gen_random_uuid(),
    attempt_id uuid not null references public.scenario_attempts (id) on delete cascade,
    org_id uuid not null,
    user_id text not null,
    scenario_id uuid,
    event_type text not null check (freshet.assert_kpi_event_type(event_type)),
    event_value jsonb,
    timestamp_ms integer check (timestamp_ms >= 0),
    created_at timestamptz not null default now()
);

create index fact_kpi_events_attempt_id_idx on analytics.fact_kpi_events (attempt_id);

create index fact_kpi_events_org_id_idx on analytics.fact_kpi_events (org_id, event_type);

create index fact_kpi_events_created_at_idx on analytics.fact_kpi_events (created_at);

alter table analytics.fact_kpi_events enable row level security;

create policy reporting_user_reads_facts on analytics.fact_kpi_events for select to reporting_user using (true);

revoke all on table analytics.fact_kpi_events from public, anon, authenticated;

grant select, insert, update, delete on table analytics.fact_kpi_events to service_role;

grant select on table analytics.fact_kpi_events to reporting_user;

comment on table analytics.fact_kpi_events is
    'Events in the call of an attempt: one row each. Written by the application, with the secret key.';

comment on column analytics.fact_kpi_events.timestamp_ms is 'Milliseconds from the start of the attempt; null where it was not measured.';

comment on column analytics.fact_kpi_events.event_value is
    'Details that the application has about the event, for example the word.';

comment on column analytics.fact_kpi_events.scenario_id is
    'The scenario of the attempt, or null where the writer gave none.';

create trigger kpi_events_were_inserted after insert on analytics.fact_kpi_events
    referencing new table as new_rows
    for each statement execute function freshet.check_kpi_events();

create trigger kpi_events_were_updated after update on analytics.fact_kpi_events
    referencing new table as new_rows
    for each statement execute function freshet.check_kpi_events();
