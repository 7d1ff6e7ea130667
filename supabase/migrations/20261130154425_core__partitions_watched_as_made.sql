-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/registry/watch_partition.sql

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
    end loop;
end
$$;

revoke all on function freshet.watch_partition(regclass) from public, anon, authenticated;

comment on function freshet.watch_partition(regclass) is
    'Watches a partition for each source that it belongs to. Call it after the partition was attached, in the transaction that made it; otherwise it does nothing, and the jobs of the refresh queue watch it.';

-- supabase/schemas/core/registry/watch_sources.sql

-- Object: freshet.watch_sources()
-- Why: closes what freshet.watch_gaps() finds. Writes before that were not logged, so the source counts as changed: in
--      this transaction, which has waited for the writers of the table. What cannot be watched counts as changed at each
--      call: its views are refreshed more often than they need, and are never stale without an alert.
create or replace function freshet.watch_sources()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Writers of a table wait behind this while it waits for one of them.
    longest_wait constant text := '1s';
    longest_work constant interval := interval '3 seconds';
    began_at constant timestamptz := clock_timestamp();
    usual_wait constant text := current_setting('lock_timeout');
    gap record;
    changed regclass[] := '{}';
begin
    perform set_config('lock_timeout', longest_wait, true);
    -- At random, so that tables which are always locked keep no other from being watched.
    for gap in select g.relation, g.source, g.is_related from freshet.watch_gaps() as g order by random() loop
        if clock_timestamp() < began_at + longest_work then
            begin
                if not gap.is_related then
                    perform freshet.unwatch_relative(gap.relation, gap.source);
                elsif gap.relation = gap.source then
                    if not exists (
                        select from analytics.incremental_views as v
                        where to_regclass(format('analytics.%I', v.view_name)) = gap.source
                    ) then
                        perform freshet.put_change_trigger(gap.source, 'freshet_note_source_change', 'note_source_change');
                    end if;
                    perform freshet.watch_keys(gap.source);
                else
                    perform freshet.watch_relative(gap.relation, gap.source);
                end if;
            exception
                when others then
                    null;
            end;
        end if;
        changed := changed || gap.source;
    end loop;
    -- Once for a source, however many of its partitions came.
    perform freshet.note_whole_change(c.source) from (select distinct u.source from unnest(changed) as u (source)) as c;
    perform set_config('lock_timeout', usual_wait, true);
end
$$;

reset check_function_bodies;
