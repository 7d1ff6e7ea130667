-- Object: public.custom_access_token_hook() (replaced)
-- Why: who is in an organisation, and as what, is said once: by org_members. A token that took it from a second table
--      would still say "manager" after the manager has left. public.user_roles says which of several organisations the
--      user works in, and speaks alone for organisations that this pack does not know.

grant select (org_id, user_id, role, left_at) on table public.org_members to supabase_auth_admin;
create policy org_members_are_read_by_auth on public.org_members
    for select to supabase_auth_admin using (true);
grant select (id) on table public.orgs to supabase_auth_admin;
create policy orgs_are_read_by_auth on public.orgs
    for select to supabase_auth_admin using (true);

create or replace function public.custom_access_token_hook(event jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
    with caller as (
        select (event ->> 'user_id')::uuid as user_id
    ),

    role as (
        select r.is_admin, r.org_id, r.org_role
        from caller as c
        join public.user_roles as r on r.user_id = c.user_id
    ),

    membership as (
        select m.org_id, m.role::text as org_role, count(*) over () as membership_count
        from caller as c
        join public.org_members as m on m.user_id = c.user_id::text
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
comment on function public.custom_access_token_hook(jsonb) is
    'Auth calls it before it signs a token, at sign-up, sign-in and refresh: adds is_admin always, org_id and org_role for a member of one organisation, or of the one that user_roles names.';
