-- Object: freshet.unseen_sources()
-- Why: logical replication fires no trigger of a statement, and "refresh materialized view" none at all. A source that is
--      written that way counts as changed at each look, and the audit says why; see freshet.watch_gaps().
create function freshet.unseen_sources()
returns table (source regclass, reason text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.oid::regclass, format('%s is a materialized view that is not registered', c.oid::regclass)
    from (select distinct s.source from analytics.view_sources as s) as s
    join pg_catalog.pg_class as c on c.oid = s.source and c.relkind = 'm'
    where not exists (select from analytics.views as v where to_regclass(format('analytics.%I', v.view_name)) = c.oid)
    union
    select w.source, format('%s is written by logical replication', r.srrelid::regclass)
    from pg_catalog.pg_subscription_rel as r
    join (
        select s.source, s.source as relation from analytics.view_sources as s
        union
        select m.source, m.source from analytics.live_relations as l, unnest(l.sources) as m (source)
        union
        select k.source, k.relation from analytics.source_relatives as k
    ) as w on w.relation = r.srrelid;
$$;

revoke all on function freshet.unseen_sources() from public, anon, authenticated;

comment on function freshet.unseen_sources() is
    'Sources of views and live relations of which no write is seen, each with the reason: replicated to, or a materialized view that is not registered.';
