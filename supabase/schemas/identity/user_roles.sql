-- Object: public.user_roles
-- Grain: one row per user with more rights than an ordinary user
-- Why: this table decides who is an admin and who belongs to which organisation, and the token carries it: every reader
--      of claims (analytics.is_admin, scopes, row security) trusts what auth signs. Users cannot write here, unlike
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

comment on table public.user_roles is
    'What a user''s token says besides the user''s id. A change takes effect with the next token.';

-- No foreign key: auth's tables belong to auth, and do not exist where auth has not run yet.
comment on column public.user_roles.user_id is 'auth.users.id.';

comment on column public.user_roles.is_admin is 'Operates Freshet and reads every row of every resource.';

comment on column public.user_roles.org_role is
    'The user''s role in the organisation, e.g. manager; the application chooses the words.';
