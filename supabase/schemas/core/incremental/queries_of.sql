-- Object: freshet.queries_of()
-- Why: the planner puts the text of plain views into a query, so what holds for a query has to hold for them too.
create function freshet.queries_of(definition regclass)
returns table (relation regclass)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive queries as (
        select definition::oid as relation
        union
        select d.refobjid
        from queries as q
        join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
        join pg_catalog.pg_class as c on c.oid = d.refobjid and c.relkind = 'v'
    )
    select q.relation::regclass from queries as q;
$$;

revoke all on function freshet.queries_of(regclass) from public, anon, authenticated;

comment on function freshet.queries_of(regclass) is 'A view, and every plain view that it reads.';
