-- Object: freshet.sources_of_scan()
-- Why: a plan names each partition, and each table that inherits, where the query names a table above it. A partition that
--      the query itself names is a source of its own.
create function freshet.sources_of_scan(definition regclass, scanned regclass)
returns table (source regclass)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select scanned::oid as relation
        union
        select i.inhparent from above as a join pg_catalog.pg_inherits as i on i.inhrelid = a.relation
    ),
    found as (
        select s.source from freshet.sources_of_relation(definition) as s join above as a on a.relation = s.source
    )
    select f.source from found as f
    union all
    -- What only the plan knows.
    select scanned where not exists (select from found);
$$;

revoke all on function freshet.sources_of_scan(regclass, regclass) from public, anon, authenticated;

comment on function freshet.sources_of_scan(regclass, regclass) is
    'Sources of a query as which its plan scans a table: the table itself, or those that it is a partition or a child of; the table where none is.';
