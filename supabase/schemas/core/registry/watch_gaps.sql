-- Object: freshet.watch_gaps()
-- Why: partitions come and go, and triggers are disabled for an import and enabled again, while nothing calls
--      Freshet. What was written meanwhile is in no log, so the source counts as changed; see freshet.watch_sources().
-- Why wanted: each refresh asks for the sources of its view. All sources and their partitions together took 10 ms, most of
--      a refresh that finds nothing to do.
-- Why not only triggers: logical replication fires no trigger of a statement, and a materialized view has none. What is
--      written that way cannot be watched.
create function freshet.watch_gaps(wanted regclass[] default null)
returns table (relation regclass, source regclass, is_related boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive watched as (
        select s.source from analytics.view_sources as s where wanted is null or s.source = any (wanted)
        union
        select m.source
        from analytics.live_relations as l, unnest(l.sources) as m (source)
        where wanted is null or m.source = any (wanted)
    ),

    sources as (
        select c.oid as source
        from watched as w
        join pg_catalog.pg_class as c on c.oid = w.source and c.relkind in ('r', 'p')
        -- The refresh of an incremental view logs its own change.
        where not exists (
            select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = c.oid
        )
    ),

    -- Down from a source and up from it. Queries no longer see a partition whose detachment is pending.
    tree as (
        select s.source, s.source as relation, d.is_down from sources as s cross join (values (true), (false)) as d (is_down)
        union
        select t.source, n.relation, t.is_down
        from tree as t
        cross join lateral (
            select i.inhrelid as relation
            from pg_catalog.pg_inherits as i
            where t.is_down and i.inhparent = t.relation and not i.inhdetachpending
            union all
            select i.inhparent
            from pg_catalog.pg_inherits as i
            where not t.is_down and i.inhrelid = t.relation and not i.inhdetachpending
        ) as n
    ),

    relatives as (
        select distinct t.source, t.relation from tree as t where t.relation <> t.source
    )

    select s.source::regclass, s.source::regclass, true
    from sources as s
    where not freshet.has_change_trigger(s.source, 'freshet_note_source_change')
    union
    select u.source, u.source, true from freshet.unseen_sources() as u join watched as w on w.source = u.source
    union
    -- The keys of its rows are not logged.
    select k.source, k.source, true
    from analytics.source_keys as k
    join pg_catalog.pg_class as c on c.oid = k.source
    cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    where (wanted is null or k.source = any (wanted))
        and not freshet.has_change_trigger(k.source, 'freshet_log_' || e.event)
    union all
    select r.relation::regclass, r.source::regclass, true
    from relatives as r
    where not freshet.has_change_trigger(r.relation, 'freshet_note_relative_change')
        or not exists (
            select from analytics.source_relatives as k where k.relation = r.relation and k.source = r.source
        )
    union all
    select k.relation, k.source, false
    from analytics.source_relatives as k
    where (wanted is null or k.source = any (wanted))
        and not exists (select from relatives as r where r.relation = k.relation and r.source = k.source);
$$;

revoke all on function freshet.watch_gaps(regclass[]) from public, anon, authenticated;

comment on function freshet.watch_gaps(regclass[]) is
    'Tables whose writes change a watched source and are not logged, the source itself too, as where it is replicated to; with is_related false, tables that have left the source. Empty while every write is logged. wanted: of these sources alone; null: of all.';
