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
