-- Object: analytics.dim_orgs
-- Grain: one row per organisation
-- Reads: public.orgs, by triggers, and nightly
-- Why: reports join the facts with dimensions and with no table of the application; see analytics.dim_users.
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

comment on column analytics.dim_orgs.created_at is 'When the organisation was created, not this row.';

select analytics.register_live(name => 'dim_orgs', pack => 'training', sources => array['analytics.dim_orgs']::regclass[]);
