-- Object: public.custom_access_token_hook()
-- Why: users are text, and auth refuses a sign-in for which its hook raises. A user whose id is no uuid has no entry in
--      public.user_roles, which holds uuids, and is a member where public.org_members, which holds texts, says so. The check is
--      written out: auth reaches no function of schema private.
create function public.custom_access_token_hook(event jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with caller as (
        select
            e.user_id,
            case when e.user_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then e.user_id::uuid end as user_uuid
        from (select event ->> 'user_id') as e (user_id)
    ),

    role as (
        select r.is_admin, r.org_id, r.org_role
        from caller as c
        join public.user_roles as r on r.user_id = c.user_uuid
    ),

    membership as (
        select m.org_id, m.role::text as org_role, count(*) over () as membership_count
        from caller as c
        join public.org_members as m on m.user_id = c.user_id
        where m.left_at is null or m.left_at > now()
    ),

    organisation as (
        -- The one that was chosen, while the user is in it; without a choice, the only one.
        select m.org_id, m.org_role
        from membership as m
        left join role as r on true
        where m.org_id = r.org_id or (r.org_id is null and m.membership_count = 1)
        union all
        select r.org_id, r.org_role
        from role as r
        where r.org_id is not null and not exists (select from public.orgs as o where o.id = r.org_id)
    )

    -- What the claims said before is taken out first: only these tables make an admin or a member.
    select jsonb_build_object(
        'claims',
        ((event -> 'claims') - array['is_admin', 'org_id', 'org_role'])
            || jsonb_build_object('is_admin', coalesce((select r.is_admin from role as r), false))
            || coalesce(
                (select jsonb_build_object('org_id', o.org_id, 'org_role', o.org_role) from organisation as o), '{}'::jsonb
            )
    );
$$;

revoke all on function public.custom_access_token_hook(jsonb) from public, anon, authenticated, service_role;

grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;

comment on function public.custom_access_token_hook(jsonb) is
    'Auth calls it before it signs a token, at sign-up, sign-in and refresh: adds is_admin always, org_id and org_role for a member of one organisation, or of the one that user_roles names.';
