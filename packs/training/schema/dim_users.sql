-- Object: analytics.dim_users
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.
create table analytics.dim_users (
    org_id uuid not null,
    user_id text not null,
    name text,
    email text,
    role public.user_role not null,
    is_active boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null default now(),
    primary key (org_id, user_id)
);

create index dim_users_user_id_idx on analytics.dim_users (user_id);

alter table analytics.dim_users enable row level security;

create policy reporting_user_reads_dimensions on analytics.dim_users for select to reporting_user using (true);

revoke all on table analytics.dim_users from public, anon, authenticated;

grant select on table analytics.dim_users to reporting_user;

comment on table analytics.dim_users is 'One row per member of an organisation, former members too.';

comment on column analytics.dim_users.is_active is 'Whether the membership lasts: at once after a write, and as of last night.';

comment on column analytics.dim_users.created_at is 'Of the user, not of this row.';

comment on column analytics.dim_users.updated_at is 'When what this row says changed last.';

select analytics.register_live(name => 'dim_users', pack => 'training', sources => array['analytics.dim_users']::regclass[]);
