-- Object: analytics.dim_users
-- Grain: one row per member of an organisation
-- Reads: public.users, public.org_members, by triggers, and nightly
-- Serves: /analytics/training/recipients
-- Why: reports join the facts with dimensions and with no table of the application. A user may be in several
--      organisations, with another role in each, so the key includes the organisation. A membership with an end date is
--      over without a write: the nightly job updates such rows, and any that were written past the triggers. E-mail
--      addresses of digest recipients are served only to the servers that send the digest.
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

comment on table analytics.dim_users is 'One row per member of an organisation, including former members.';

comment on column analytics.dim_users.is_active is
    'Whether the membership lasts: current after each write, else as of last night.';

comment on column analytics.dim_users.created_at is 'When the user was created, not this row.';

comment on column analytics.dim_users.updated_at is 'When the content of this row last changed.';

select analytics.register_live(name => 'dim_users', pack => 'training', sources => array['analytics.dim_users']::regclass[]);
