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
