-- Object: freshet.sync_dim_orgs()
-- Why: called by triggers of public.orgs, and nightly; see analytics.dim_orgs.
create function freshet.sync_dim_orgs(org_ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from public.orgs as o where o.id = any (org_ids) order by o.id for share;
    if not exists (select from freshet.outdated_dim_orgs as o where o.org_id = any (org_ids)) then
        return;
    end if;

    delete from analytics.dim_orgs as d
    where d.org_id = any (org_ids)
        and not exists (select from public.orgs as o where o.id = d.org_id);

    insert into analytics.dim_orgs as d (org_id, name, created_at)
    select o.id, o.name, o.created_at
    from public.orgs as o
    where o.id = any (org_ids)
    on conflict (org_id) do update
    set name = excluded.name, created_at = excluded.created_at, updated_at = excluded.updated_at
    where (d.name, d.created_at) is distinct from (excluded.name, excluded.created_at);
end
$$;

revoke all on function freshet.sync_dim_orgs(uuid[]) from public, anon, authenticated;

comment on function freshet.sync_dim_orgs(uuid[]) is
    'Brings the rows of these organisations up to date. Writes only what differs. Idempotent.';
