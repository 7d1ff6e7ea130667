-- Object: freshet.incremental_views_over()
-- Why: the catalogue does not know that the table of an incremental view follows from its query.
create function freshet.incremental_views_over(changed regclass)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select changed::oid as relation
        union
        select n.relation
        from above as a
        cross join lateral (
            select r.ev_class as relation
            from pg_catalog.pg_depend as d
            join pg_catalog.pg_rewrite as r on r.oid = d.objid and r.ev_class <> a.relation
            where d.classid = 'pg_catalog.pg_rewrite'::regclass
                and d.refclassid = 'pg_catalog.pg_class'::regclass
                and d.refobjid = a.relation
            union all
            select to_regclass(format('analytics.%I', v.view_name))::oid
            from analytics.incremental_views as v
            where to_regclass(freshet.definition_of(v.view_name)) = a.relation
        ) as n
    )
    select v.view_name
    from analytics.incremental_views as v
    join above as a on a.relation = to_regclass(freshet.definition_of(v.view_name))
        or a.relation = changed and changed = to_regclass(format('analytics.%I', v.view_name))
    join freshet.refresh_order() as o on o.view_name = v.view_name
    order by o.depth desc, v.view_name;
$$;

revoke all on function freshet.incremental_views_over(regclass) from public, anon, authenticated;

comment on function freshet.incremental_views_over(regclass) is
    'Incremental views that read the relation, through other views too, itself too if it is one; each before those that it reads.';
