-- Object: freshet.sources_of_relation()
-- Why: what a view reads comes from the catalogue, so that no list of sources can be out of date.
create function freshet.sources_of_relation(relation regclass)
returns table (source regclass, relkind "char")
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive reads as (
        select d.refobjid as relation, c.relkind
        from pg_catalog.pg_rewrite as r
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid <> r.ev_class
        join pg_catalog.pg_class as c on c.oid = d.refobjid
        where r.ev_class = sources_of_relation.relation
        union
        -- Resolves plain views only: a materialized view is a source with a version of its own.
        select d.refobjid, c.relkind
        from reads
        join pg_catalog.pg_rewrite as r on r.ev_class = reads.relation
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid <> r.ev_class
        join pg_catalog.pg_class as c on c.oid = d.refobjid
        where reads.relkind = 'v'
    )
    select reads.relation::regclass, reads.relkind from reads where reads.relkind <> 'v';
$$;

revoke all on function freshet.sources_of_relation(regclass) from public, anon, authenticated;

comment on function freshet.sources_of_relation(regclass) is
    'Tables and materialized views that a view reads, through plain views too. Reads hidden inside functions are not seen.';
