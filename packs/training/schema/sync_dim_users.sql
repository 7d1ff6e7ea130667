-- Object: freshet.sync_dim_users()
-- Why: called by triggers of public.users and public.org_members, and nightly; see analytics.dim_users.
create function freshet.sync_dim_users(user_ids text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A change of a user and a change of a membership write the same rows, so one waits for the other.
    perform from public.users as u where u.id = any (user_ids) order by u.id for no key update;
    if not exists (select from freshet.outdated_dim_users as o where o.user_id = any (user_ids)) then
        return;
    end if;

    delete from analytics.dim_users as d
    where d.user_id = any (user_ids)
        and not exists (select from public.org_members as m where m.org_id = d.org_id and m.user_id = d.user_id);

    insert into analytics.dim_users as d (org_id, user_id, name, email, role, is_active, created_at)
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at
    from freshet.current_dim_users as c
    where c.user_id = any (user_ids)
    on conflict (org_id, user_id) do update
    set name = excluded.name,
        email = excluded.email,
        role = excluded.role,
        is_active = excluded.is_active,
        created_at = excluded.created_at,
        updated_at = excluded.updated_at
    where (d.name, d.email, d.role, d.is_active, d.created_at)
        is distinct from (excluded.name, excluded.email, excluded.role, excluded.is_active, excluded.created_at);
end
$$;

revoke all on function freshet.sync_dim_users(text[]) from public, anon, authenticated;

comment on function freshet.sync_dim_users(text[]) is
    'Brings the rows of these users, in all organisations, up to date. Writes only what differs. Idempotent.';
