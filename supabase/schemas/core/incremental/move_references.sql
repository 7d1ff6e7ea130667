-- Object: freshet.move_references()
-- Why: a view that becomes a table, or is made again, has a new number, and the registry refers to relations by number.
create function freshet.move_references(old oid, new regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.view_sources as s set source = move_references.new where s.source = move_references.old;
    update analytics.source_changes as c set source = move_references.new where c.source = move_references.old;
    update analytics.live_relations as l
    set sources = array_replace(l.sources, move_references.old::regclass, move_references.new)
    where move_references.old = any (l.sources);
    update analytics.incremental_views as v
    set rebuild_on = array_replace(v.rebuild_on, move_references.old::regclass, move_references.new)
    where move_references.old = any (v.rebuild_on);
    update analytics.views as v set rejects = move_references.new where v.rejects = move_references.old;
    update analytics.views as v set source_at_table = move_references.new where v.source_at_table = move_references.old;
$$;

revoke all on function freshet.move_references(oid, regclass) from public, anon, authenticated;

comment on function freshet.move_references(oid, regclass) is 'Replaces the number of a relation in the registry.';
