-- Object: freshet.sync_dim_scenarios()
-- Why: called by triggers of public.scenarios, and nightly; see analytics.dim_scenarios.
create function freshet.sync_dim_scenarios(scenario_ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from public.scenarios as s where s.id = any (scenario_ids) order by s.id for share;
    if not exists (select from freshet.outdated_dim_scenarios as o where o.scenario_id = any (scenario_ids)) then
        return;
    end if;

    delete from analytics.dim_scenarios as d
    where d.scenario_id = any (scenario_ids)
        and not exists (select from public.scenarios as s where s.id = d.scenario_id);

    insert into analytics.dim_scenarios as d (scenario_id, org_id, title, difficulty, category, created_at)
    select s.id, s.org_id, s.title, s.difficulty, s.category, s.created_at
    from public.scenarios as s
    where s.id = any (scenario_ids)
    on conflict (scenario_id) do update
    set org_id = excluded.org_id,
        title = excluded.title,
        difficulty = excluded.difficulty,
        category = excluded.category,
        created_at = excluded.created_at,
        updated_at = excluded.updated_at
    where (d.org_id, d.title, d.difficulty, d.category, d.created_at)
        is distinct from (excluded.org_id, excluded.title, excluded.difficulty, excluded.category, excluded.created_at);
end
$$;

revoke all on function freshet.sync_dim_scenarios(uuid[]) from public, anon, authenticated;

comment on function freshet.sync_dim_scenarios(uuid[]) is
    'Brings the rows of these scenarios up to date. Writes only what differs. Idempotent.';
