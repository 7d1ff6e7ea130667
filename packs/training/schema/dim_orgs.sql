-- Object: analytics.dim_orgs
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.
create table analytics.dim_orgs (
    org_id uuid primary key,
    name text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null default now()
);

alter table analytics.dim_orgs enable row level security;

create policy reporting_user_reads_dimensions on analytics.dim_orgs for select to reporting_user using (true);

revoke all on table analytics.dim_orgs from public, anon, authenticated;

grant select on table analytics.dim_orgs to reporting_user;

comment on table analytics.dim_orgs is 'One row per organisation.';

comment on column analytics.dim_orgs.created_at is 'Of the organisation, not of this row.';

select analytics.register_live(name => 'dim_orgs', pack => 'training', sources => array['analytics.dim_orgs']::regclass[]);
