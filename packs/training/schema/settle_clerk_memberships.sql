-- Object: freshet.settle_clerk_memberships()
-- Why: what org_members says follows from what is known of the user, the organisation and each of their memberships, so
--      it is the same whichever message came last.
create function freshet.settle_clerk_memberships(changed_org_id uuid, changed_user_id text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with pairs as (
        select
            m.org_id,
            m.user_id,
            min(m.external_org_id) as external_org_id,
            min(m.external_user_id) as external_user_id,
            -- The newest membership that exists decides; after the last one, the one that was deleted last.
            (array_agg(m.role order by (m.deleted_at is null) desc, m.changed_at desc, m.clerk_id))[1] as role,
            min(m.joined_at) as joined_at,
            case when bool_and(m.deleted_at is not null) then max(m.deleted_at) end as left_at
        from freshet.clerk_objects as m
        where m.kind = 'membership'
            and (m.org_id = changed_org_id or changed_org_id is null)
            and (m.user_id = changed_user_id or changed_user_id is null)
        group by m.org_id, m.user_id
    )

    insert into public.org_members as old (org_id, user_id, role, joined_at, left_at)
    select p.org_id, p.user_id, p.role, p.joined_at, least(p.left_at, u.deleted_at, o.deleted_at)
    from pairs as p
    join public.orgs as org on org.id = p.org_id
    join public.users as known on known.id = p.user_id
    left join freshet.clerk_objects as o on o.clerk_id = p.external_org_id
    left join freshet.clerk_objects as u on u.clerk_id = p.external_user_id
    on conflict (org_id, user_id) do update
    set role = excluded.role, joined_at = excluded.joined_at, left_at = excluded.left_at
    where (old.role, old.joined_at, old.left_at) is distinct from (excluded.role, excluded.joined_at, excluded.left_at);
$$;

revoke all on function freshet.settle_clerk_memberships(uuid, text) from public, anon, authenticated;

comment on function freshet.settle_clerk_memberships(uuid, text) is
    'Writes the rows of org_members that follow from freshet.clerk_objects, of this organisation and user; null: of all. Idempotent.';
