-- Object: freshet.watch_gaps()
-- Why: partitions come and go, and triggers are disabled for an import and enabled again, while nothing calls
--      Freshet. What was written meanwhile is in no log, so the source counts as changed; see freshet.watch_sources().
create function freshet.watch_gaps()
returns table (relation regclass, source regclass, is_related boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive watched as (
        select s.source from analytics.view_sources as s
        union
        select m.source from analytics.live_relations as l, unnest(l.sources) as m (source)
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

    -- Queries no longer see a partition whose detachment is pending.
    inherits as (
        select i.inhrelid as child, i.inhparent as parent from pg_catalog.pg_inherits as i where not i.inhdetachpending
    ),

    below as (
        select s.source, i.child as relation from sources as s join inherits as i on i.parent = s.source
        union
        select b.source, i.child from below as b join inherits as i on i.parent = b.relation
    ),

    above as (
        select s.source, i.parent as relation from sources as s join inherits as i on i.child = s.source
        union
        select a.source, i.parent from above as a join inherits as i on i.child = a.relation
    ),

    relatives as (
        select b.source, b.relation from below as b
        union
        select a.source, a.relation from above as a
    )

    select s.source::regclass, s.source::regclass, true
    from sources as s
    where not freshet.has_change_trigger(s.source, 'freshet_note_source_change')
    union
    -- The keys of its rows are not logged.
    select k.source, k.source, true
    from analytics.source_keys as k
    join pg_catalog.pg_class as c on c.oid = k.source
    cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    where not freshet.has_change_trigger(k.source, 'freshet_log_' || e.event)
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
    where not exists (select from relatives as r where r.relation = k.relation and r.source = k.source);
$$;

revoke all on function freshet.watch_gaps() from public, anon, authenticated;

comment on function freshet.watch_gaps() is
    'Tables whose writes change a watched source and are not logged, the source itself too; with is_related false, tables that have left the source. Empty while every write is logged.';
