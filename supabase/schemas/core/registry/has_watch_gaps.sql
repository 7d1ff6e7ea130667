-- Object: freshet.has_watch_gaps()
-- Why: the question that each refresh asks of freshet.watch_gaps(), whose plan alone takes longer than a refresh that finds
--      nothing to do. So what is as it should be is found by plain look-ups, and anything else is left to that function:
--      a trigger that is enabled as far as the role may, a source without a note of its own, a partition that has left.
create function freshet.has_watch_gaps(view_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant regclass[] := array(select s.source from analytics.view_sources as s where s.view_name = has_watch_gaps.view_name);
begin
    if not exists (
        -- A table notes its changes, four triggers more log its keys; an incremental view has those alone, a
        -- materialized view none.
        select
        from unnest(wanted) as s (source)
        join pg_catalog.pg_class as c on c.oid = s.source
        left join analytics.incremental_views as v on to_regclass(format('analytics.%I', v.view_name)) = c.oid
        cross join lateral (select exists (select from analytics.source_keys as k where k.source = c.oid) as has_keys) as k
        where (
            select count(*) from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid
                and t.tgenabled = 'A'
                and (
                    t.tgname = any ('{freshet_log_insert, freshet_log_update, freshet_log_delete, freshet_log_truncate}')
                    or (t.tgname = 'freshet_note_source_change' and (k.has_keys or t.tgtype & 60 = 60))
                )
        ) < (c.relkind in ('r', 'p') and v.view_name is null)::integer + 4 * k.has_keys::integer
    ) and not exists (
        with recursive tree as (
            select s.source::oid, s.source::oid as relation, d.is_down from unnest(wanted) as s (source) cross join (values (true), (false)) as d (is_down)
            union all
            select t.source, n.relation, t.is_down
            from tree as t
            cross join lateral (
                select i.inhrelid as relation from pg_catalog.pg_inherits as i where t.is_down and i.inhparent = t.relation
                union all
                select i.inhparent from pg_catalog.pg_inherits as i where not t.is_down and i.inhrelid = t.relation
            ) as n
        )
        -- Each table of the same tree is noted for the source and has its trigger.
        select
        from tree as t
        left join analytics.source_relatives as k on k.relation = t.relation and k.source = t.source
        left join pg_catalog.pg_trigger as g
            on g.tgrelid = t.relation and g.tgname = 'freshet_note_relative_change' and g.tgenabled = 'A'
        where t.relation <> t.source and (k.relation is null or g.oid is null)
        union all
        select
        from analytics.source_relatives as k
        where k.source = any (wanted)
            and not exists (select from tree as t where t.relation = k.relation and t.source = k.source)
    ) then
        return false;
    end if;
    return exists (select from freshet.watch_gaps(wanted));
end
$$;

revoke all on function freshet.has_watch_gaps(text) from public, anon, authenticated;

comment on function freshet.has_watch_gaps(text) is 'True while a write to a source of the view may not be logged.';
