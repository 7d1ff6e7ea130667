-- Object: freshet.views_over()
-- Why: PostgreSQL changes no column that a view reads, and drops no view that another one reads. So a change of a table
--      needs all of them, in an order: a view comes after those that it reads.
create function freshet.views_over(changed regclass)
returns table (relation regclass, depth integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select changed::oid as relation, 0 as depth
        union
        select r.ev_class, a.depth + 1
        from above as a
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid = a.relation
        join pg_catalog.pg_rewrite as r on r.oid = d.objid and r.ev_class <> a.relation
    )
    select a.relation::regclass, max(a.depth)
    from above as a
    join pg_catalog.pg_class as c on c.oid = a.relation
    where c.relkind in ('v', 'm')
    group by a.relation
    order by 2, 1;
$$;

revoke all on function freshet.views_over(regclass) from public, anon, authenticated;

comment on function freshet.views_over(regclass) is
    'Every view that reads the relation, itself too if it is one, through other views as well; each after those that it reads.';
