-- Object: public.user_roles
-- Grain: one row per user who is more than a member of the public
-- Why: who is an admin, and of which organisation somebody is, is decided here and travels in the token: every reader
--      of claims (analytics.is_admin, scopes, row security) trusts what auth signs. Users write nothing here, unlike
--      their user_metadata.
create table public.user_roles (
    user_id uuid primary key,
    is_admin boolean not null default false,
    org_id uuid,
    org_role text check (org_role ~ '^[a-z][a-z_]{0,39}$'),
    check ((org_id is null) = (org_role is null))
);

create index user_roles_org_id_idx on public.user_roles (org_id);

alter table public.user_roles enable row level security;

create policy user_roles_are_read_by_auth on public.user_roles
    for select to supabase_auth_admin using (true);

revoke all on table public.user_roles from public, anon, authenticated, service_role;

grant select, insert, update, delete on table public.user_roles to service_role;

grant select on table public.user_roles to supabase_auth_admin;

comment on table public.user_roles is 'What the token of a user says beside who it is. A change counts from the next token on.';

-- No foreign key: auth's tables belong to auth, and where it has not run yet they do not exist.
comment on column public.user_roles.user_id is 'auth.users.id.';

comment on column public.user_roles.is_admin is 'Operates Freshet and reads every row of every resource.';

comment on column public.user_roles.org_role is 'What the user is in the organisation, e.g. manager; which words there are is up to the application.';
