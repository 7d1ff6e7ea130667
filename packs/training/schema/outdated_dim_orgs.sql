-- Object: freshet.outdated_dim_orgs
-- Grain: one row per organisation whose row of analytics.dim_orgs is missing, wrong or left over
-- Why: the synchronisation writes only what differs.
create view freshet.outdated_dim_orgs with (security_invoker = on) as
(
    select o.id as org_id, o.name, o.created_at from public.orgs as o
    except
    select d.org_id, d.name, d.created_at from analytics.dim_orgs as d
)
union all
(
    select d.org_id, d.name, d.created_at from analytics.dim_orgs as d
    except
    select o.id, o.name, o.created_at from public.orgs as o
);

revoke all on table freshet.outdated_dim_orgs from public, anon, authenticated;

comment on view freshet.outdated_dim_orgs is 'Differences between analytics.dim_orgs and public.orgs.';
