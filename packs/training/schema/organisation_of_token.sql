-- Object: public.organisation_of_token()
-- Grain: one row, or none for a user who is in no organisation, or in several without a choice
-- Why: public.org_members decides who is a member. public.user_roles only chooses among several organisations: a role
--      copied there would outlive its membership. For an organisation that is not in public.orgs, user_roles decides,
--      since this pack knows nothing of it. In schema public, and with the rights of auth, because auth can execute no
--      function of schema freshet.
create function public.organisation_of_token(user_id text, chosen_org_id uuid, chosen_org_role text)
returns table (org_id uuid, org_role text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with membership as (
        select m.org_id, m.role::text as org_role, count(*) over () as membership_count
        from public.org_members as m
        where m.user_id = organisation_of_token.user_id and (m.left_at is null or m.left_at > now())
    )

    select m.org_id, m.org_role
    from membership as m
    where m.org_id = chosen_org_id or (chosen_org_id is null and m.membership_count = 1)
    union all
    select chosen_org_id, chosen_org_role
    where chosen_org_id is not null and not exists (select from public.orgs as o where o.id = chosen_org_id);
$$;

revoke all on function public.organisation_of_token(text, uuid, text) from public, anon, authenticated, service_role;

grant execute on function public.organisation_of_token(text, uuid, text) to supabase_auth_admin;

comment on function public.organisation_of_token(text, uuid, text) is
    'The organisation and role that the token of a user carries: the membership that user_roles chose, or the only one. Called by custom_access_token_hook.';
