-- Object: public.user_roles, public.custom_access_token_hook(event)
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

comment on table public.user_roles is 'What the token of a user says beside who it is. A change counts from the next token on.';
-- No foreign key: auth's tables belong to auth, and where it has not run yet they do not exist.
comment on column public.user_roles.user_id is 'auth.users.id.';
comment on column public.user_roles.is_admin is 'Operates Freshet and reads every row of every resource.';
comment on column public.user_roles.org_role is 'What the user is in the organisation, e.g. manager; which words there are is up to the application.';

alter table public.user_roles enable row level security;
revoke all on table public.user_roles from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.user_roles to service_role;
grant select on table public.user_roles to supabase_auth_admin;
create policy user_roles_are_read_by_auth on public.user_roles
    for select to supabase_auth_admin using (true);

create function public.custom_access_token_hook(event jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
    -- What the claims said before is taken out first: only this table makes an admin.
    select jsonb_build_object(
        'claims',
        ((event -> 'claims') - array['is_admin', 'org_id', 'org_role'])
            || jsonb_build_object('is_admin', coalesce(r.is_admin, false))
            || case when r.org_id is null then '{}'
                else jsonb_build_object('org_id', r.org_id, 'org_role', r.org_role)
            end
    )
    from (select (event ->> 'user_id')::uuid as user_id) as u
    left join public.user_roles as r on r.user_id = u.user_id;
$$;
revoke all on function public.custom_access_token_hook(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;
comment on function public.custom_access_token_hook(jsonb) is
    'Auth calls it before it signs a token, at sign-up, sign-in and refresh: adds is_admin always, org_id and org_role where there are any.';
