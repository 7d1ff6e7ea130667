-- Object: analytics.dim_scenarios
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.
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

comment on column analytics.dim_scenarios.created_at is 'Of the scenario, not of this row.';

-- Object: live relation dim_scenarios
-- Serves: /analytics/training/scenarios (dim_scenarios), /analytics/training/recipients (dim_users)
-- Why: an organisation's catalogue is read by all its members; whom a digest is sent to, with their e-mail addresses, by the
--      servers that send it alone.
select analytics.register_live(name => 'dim_scenarios', pack => 'training', sources => array['analytics.dim_scenarios']::regclass[]);
