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

comment on view freshet.outdated_dim_orgs is 'What analytics.dim_orgs lacks, and what it holds that is not so any more.';
