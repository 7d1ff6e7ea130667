-- Object: freshet.watch_source()
-- Why: each statement that writes to a source of a view has to be logged; see analytics.source_changes.
create function freshet.watch_source(source regclass, relkind "char")
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if relkind not in ('r', 'p', 'm') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of this kind of relation cannot be seen', source),
            hint = 'Read from tables, partitioned tables, views over them, or registered materialized views.';
    end if;
    -- A registered view logs its own change, in refresh_view: the statement of an incremental one writes no row where
    -- nothing differs, and would count as a change.
    if relkind = 'm'
        or exists (select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = source)
    then
        return;
    end if;
    perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    perform freshet.watch_relative(g.relation, g.source)
    from freshet.watch_gaps(array[watch_source.source]) as g
    where g.relation <> g.source and g.is_related;
end
$$;

revoke all on function freshet.watch_source(regclass, "char") from public, anon, authenticated;

comment on function freshet.watch_source(regclass, "char") is 'Puts the change trigger on a source table, and on the tables of a registered source''s tree of partitions. Idempotent.';
