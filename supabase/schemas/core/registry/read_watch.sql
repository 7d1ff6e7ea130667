-- Object: freshet.read_watch()
-- Why: each refresh asks whether every write was logged. freshet.watch_gaps() answers, and its plan alone takes longer than
--      a refresh that finds nothing to do. So its last good answer is kept with what it rested on, and asked again when
--      that has moved. A write may then be missed even if all is well again.
create function freshet.read_watch(declared analytics.views, sources regclass[], out tables oid[], out state text, out has_gaps boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if declared.watch_state = freshet.watch_state(declared.watched_tables) then
        tables := declared.watched_tables;
        state := declared.watch_state;
        has_gaps := false;
        return;
    end if;
    tables := sources::oid[]
        || array(select r.relation::oid from analytics.source_relatives as r where r.source = any (sources))
        || array(select q.object from freshet.objects_of_query(declared.view_name) as q (object));
    if not exists (select from freshet.watch_gaps(sources)) then
        state := freshet.watch_state(tables);
    end if;
    has_gaps := true;
end
$$;

revoke all on function freshet.read_watch(analytics.views, regclass[]) from public, anon, authenticated;

comment on function freshet.read_watch(analytics.views, regclass[]) is
    'How writes to the sources of a registered view are watched: tables and state as in analytics.views; has_gaps: one since the last refresh may not have been logged.';
