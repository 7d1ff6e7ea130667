-- Object: analytics.dim_scenarios
-- Grain: one row per scenario
-- Reads: public.scenarios, by triggers, and nightly
-- Serves: /analytics/training/scenarios
-- Why: reports join the facts with dimensions and with no table of the application; see analytics.dim_users.
create table analytics.dim_scenarios (
    scenario_id uuid primary key,
    org_id uuid not null,
    title text not null,
    difficulty text,
    category text,
    created_at timestamptz not null,
    updated_at timestamptz not null default now()
);

create index dim_scenarios_org_id_idx on analytics.dim_scenarios (org_id);

alter table analytics.dim_scenarios enable row level security;

create policy reporting_user_reads_dimensions on analytics.dim_scenarios for select to reporting_user using (true);

revoke all on table analytics.dim_scenarios from public, anon, authenticated;

grant select on table analytics.dim_scenarios to reporting_user;

comment on table analytics.dim_scenarios is 'One row per scenario.';

comment on column analytics.dim_scenarios.created_at is 'When the scenario was created, not this row.';

-- Why: an organisation's catalogue is read by all its members, as it is now.
select analytics.register_live(name => 'dim_scenarios', pack => 'training', sources => array['analytics.dim_scenarios']::regclass[]);
