-- Object: freshet.watch_partition()
-- Why: the queue's jobs find a new partition within a minute. What was written to it by its own name until then is in no
--      log, so its source counts as changed: versions move, cached answers end and views are computed whole, though no
--      row came. A function that makes a partition calls this in the same transaction: no other session has seen the
--      partition yet, so there is nothing that was not logged.
-- Why the system column: its row of the catalogue is written when the table is made, and by no later change of it. A table
--      that was there before may have been written to, and is left to the jobs.
create function freshet.watch_partition(partition regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    has_rows boolean;
    one record;
begin
    if not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = partition and a.attname = 'tableoid' and a.xmin = pg_current_xact_id()::xid
    ) then
        return;
    end if;
    execute format('select exists (select from %s)', partition) into has_rows;
    for one in
        select g.source
        from freshet.watch_gaps(array(select a.relid from pg_partition_ancestors(partition) as a (relid))) as g
        where g.relation = partition and g.source <> partition and g.is_related
    loop
        perform freshet.watch_relative(partition, one.source);
        -- They may have been written before it was attached.
        if has_rows then
            perform freshet.note_whole_change(one.source);
        end if;
        -- Otherwise it is no gap: what the views know of their sources holds with it.
        update analytics.views as v
        set watched_tables = v.watched_tables || partition::oid,
            watch_state = freshet.watch_state(v.watched_tables || partition::oid)
        from analytics.view_sources as s
        where not has_rows and s.view_name = v.view_name and s.source = one.source
            and v.watch_state = freshet.watch_state(v.watched_tables, partition);
    end loop;
end
$$;

revoke all on function freshet.watch_partition(regclass) from public, anon, authenticated;

comment on function freshet.watch_partition(regclass) is
    'Watches a partition for each source that it belongs to. Call it after the partition was attached, in the transaction that made it; otherwise it does nothing, and the jobs of the refresh queue watch it.';
