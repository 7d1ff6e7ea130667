-- Object: freshet.has_watch_gaps()
-- Why: the question that each refresh asks of freshet.watch_gaps(), whose plan alone takes longer than a refresh that finds
--      nothing to do. Most sources have no partitions, and then their own triggers are all there is to look at.
create function freshet.has_watch_gaps(view_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant regclass[] := array(select s.source from analytics.view_sources as s where s.view_name = has_watch_gaps.view_name);
begin
    if exists (
        select from pg_catalog.pg_inherits as i where i.inhparent = any (wanted)
        union all
        select from pg_catalog.pg_inherits as i where i.inhrelid = any (wanted)
        union all
        select from analytics.source_relatives as k where k.source = any (wanted)
    ) then
        return exists (select from freshet.watch_gaps(wanted));
    end if;
    return exists (
        select
        from pg_catalog.pg_class as c
        left join analytics.incremental_views as v on to_regclass(format('analytics.%I', v.view_name)) = c.oid
        where c.oid = any (wanted)
            and c.relkind in ('r', 'p')
            and v.view_name is null
            and not freshet.has_change_trigger(c.oid, 'freshet_note_source_change')
    )
    or exists (
        select
        from analytics.source_keys as k
        cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
        where k.source = any (wanted) and not freshet.has_change_trigger(k.source, 'freshet_log_' || e.event)
    );
end
$$;

revoke all on function freshet.has_watch_gaps(text) from public, anon, authenticated;

comment on function freshet.has_watch_gaps(text) is 'True while a write to a source of the view may not be logged.';
