-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/identity/claims_of_user_roles.sql

-- Object: analytics.claims_of_user_roles()
-- Why: user ids are text, and a user whose id is not a uuid has no row in public.user_roles, which holds uuids. The check
--      is written out because auth can execute no function of schema freshet. Where memberships have a table of their own
--      (a pack's, or a project's), public.organisation_of_token() decides, with user_roles as the user's choice. Without
--      such a function user_roles decides alone.
create function analytics.claims_of_user_roles(user_id text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    caller_uuid constant uuid := case when user_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then user_id::uuid end;
    role public.user_roles;
    organisation record;
begin
    select r.* into role from public.user_roles as r where r.user_id = caller_uuid;
    if to_regprocedure('public.organisation_of_token(text, uuid, text)') is null then
        select role.org_id, role.org_role into organisation;
    else
        execute 'select o.org_id, o.org_role from public.organisation_of_token($1, $2, $3) as o'
        into organisation
        using user_id, role.org_id, role.org_role;
    end if;
    return jsonb_build_object(
        'is_admin', coalesce(role.is_admin, false), 'org_id', organisation.org_id, 'org_role', organisation.org_role
    );
end
$$;

revoke all on function analytics.claims_of_user_roles(text) from public, anon, authenticated, service_role;

grant execute on function analytics.claims_of_user_roles(text) to supabase_auth_admin;

comment on function analytics.claims_of_user_roles(text) is
    'is_admin, org_id and org_role of a user, for analytics.with_claims(): a member of one organisation, or of the one that user_roles names.';

-- supabase/schemas/identity/custom_access_token_hook.sql

-- Object: public.custom_access_token_hook()
-- Why: the hook of a project that has none of its own. What it adds is analytics.with_claims(), for every hook.
create or replace function public.custom_access_token_hook(event jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object('claims', analytics.with_claims(event) -> 'claims');
$$;

reset check_function_bodies;
