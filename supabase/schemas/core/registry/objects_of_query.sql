-- Object: freshet.objects_of_query()
-- Why: the rows of a view follow from more than the rows of its sources: replacing a function or a plain view that the query
--      reads, or renaming a value of an enum, changes them without a write.
create function freshet.objects_of_query(view_name text)
returns setof oid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with queries as (
        select q.relation, r.oid as rule
        from (
            select coalesce(to_regclass(freshet.definition_of(view_name)), to_regclass(format('analytics.%I', view_name))) as relation
        ) as d
        cross join lateral freshet.queries_of(d.relation) as q
        join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    )
    select q.relation::oid from queries as q
    union
    select d.refobjid
    from queries as q
    join pg_catalog.pg_depend as d
        on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = q.rule and d.refclassid = 'pg_catalog.pg_proc'::regclass
    union
    select e.oid
    from (
        select s.source as relation from analytics.view_sources as s where s.view_name = objects_of_query.view_name
        union all
        select to_regclass(format('analytics.%I', objects_of_query.view_name))
    ) as s
    join pg_catalog.pg_attribute as a on a.attrelid = s.relation and a.attnum > 0
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    -- Itself, that of an array, or the one beneath a domain.
    join pg_catalog.pg_type as e on e.oid in (t.oid, t.typelem, t.typbasetype) and e.typtype = 'e';
$$;

revoke all on function freshet.objects_of_query(text) from public, anon, authenticated;

comment on function freshet.objects_of_query(text) is
    'The query of a registered view, the plain views and functions that it reads, and the enums among the columns of its sources and its own.';
