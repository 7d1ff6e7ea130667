-- Object: freshet.outdated_dim_scenarios
-- Grain: one row per scenario whose row of analytics.dim_scenarios is missing, wrong or left over
-- Why: the synchronisation writes only what differs.
create view freshet.outdated_dim_scenarios with (security_invoker = on) as
(
    select s.id as scenario_id, s.org_id, s.title, s.difficulty, s.category, s.created_at from public.scenarios as s
    except
    select d.scenario_id, d.org_id, d.title, d.difficulty, d.category, d.created_at from analytics.dim_scenarios as d
)
union all
(
    select d.scenario_id, d.org_id, d.title, d.difficulty, d.category, d.created_at from analytics.dim_scenarios as d
    except
    select s.id, s.org_id, s.title, s.difficulty, s.category, s.created_at from public.scenarios as s
);

revoke all on table freshet.outdated_dim_scenarios from public, anon, authenticated;

comment on view freshet.outdated_dim_scenarios is 'Differences between analytics.dim_scenarios and public.scenarios.';
