-- Baseline of identity, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- supabase/schemas/identity/custom_access_token_hook.sql

-- Object: public.custom_access_token_hook()
-- Why: user ids are text, and auth refuses a sign-in if its hook raises. A user whose id is not a uuid has no row in
--      public.user_roles, which holds uuids. The check is written out because auth can execute no function of schema
--      freshet. Where memberships have a table of their own (a pack's, or a project's), public.organisation_of_token()
--      decides, with user_roles as the user's choice. Without such a function user_roles decides alone.
create function public.custom_access_token_hook(event jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    caller_id constant text := event ->> 'user_id';
    caller_uuid constant uuid := case when caller_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then caller_id::uuid end;
    role public.user_roles;
    organisation record;
begin
    select r.* into role from public.user_roles as r where r.user_id = caller_uuid;
    if to_regprocedure('public.organisation_of_token(text, uuid, text)') is null then
        select role.org_id, role.org_role into organisation;
    else
        execute 'select o.org_id, o.org_role from public.organisation_of_token($1, $2, $3) as o'
        into organisation
        using caller_id, role.org_id, role.org_role;
    end if;

    -- The old claims are removed first: only these tables make a user an admin or a member.
    return jsonb_build_object(
        'claims',
        ((event -> 'claims') - array['is_admin', 'org_id', 'org_role'])
            || jsonb_build_object('is_admin', coalesce(role.is_admin, false))
            || case
                when organisation.org_id is null then '{}'
                else jsonb_build_object('org_id', organisation.org_id, 'org_role', organisation.org_role)
            end
    );
end
$$;

revoke all on function public.custom_access_token_hook(jsonb) from public, anon, authenticated, service_role;

grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;

comment on function public.custom_access_token_hook(jsonb) is
    'Auth calls it before it signs a token, at sign-up, sign-in and refresh: adds is_admin always, org_id and org_role for a member of one organisation, or of the one that user_roles names.';

-- supabase/schemas/identity/user_roles.sql

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

create policy user_roles_are_read_by_auth on public.user_roles
    for select to supabase_auth_admin using (true);

reset check_function_bodies;
