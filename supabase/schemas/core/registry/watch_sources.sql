-- Object: freshet.watch_sources()
-- Why: closes what freshet.watch_gaps() finds. Writes before that were not logged, so the source counts as changed: in
--      this transaction, which has waited for the writers of the table. What cannot be watched counts as changed at each
--      call: its views are refreshed more often than they need, and are never stale without an alert.
create function freshet.watch_sources()
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
    changed regclass[] := '{}'::regclass[];
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
        changed := array_append(changed, gap.source::regclass);
    end loop;
    -- Once for a source, however many of its partitions came.
    perform freshet.note_whole_change(c.source) from (select distinct u.source from unnest(changed) as u (source)) as c;
    perform set_config('lock_timeout', usual_wait, true);
end
$$;

revoke all on function freshet.watch_sources() from public, anon, authenticated;

comment on function freshet.watch_sources() is
    'Puts change triggers on new partitions and enables those that were disabled, and logs a change of each source concerned. Waits for a lock for one second at most. Idempotent.';
