-- Object: freshet.refresh_order()
-- Why: a view that reads another one is refreshed after it.
create function freshet.refresh_order()
returns table (view_name text, depth integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive ordered as (
        select v.view_name, 0 as depth
        from analytics.views as v
        union
        select s.view_name, o.depth + 1
        from ordered as o
        join analytics.view_sources as s on s.source = to_regclass(format('analytics.%I', o.view_name))
    )
    select o.view_name, max(o.depth)
    from ordered as o
    group by o.view_name
    order by 2, 1;
$$;

revoke all on function freshet.refresh_order() from public, anon, authenticated;

comment on function freshet.refresh_order() is 'Registered views, sources before the views that read them.';
