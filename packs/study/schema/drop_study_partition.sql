-- Object: freshet.drop_study_partition()
-- Why: archive, keys and partition go in one transaction, or all stay.
create function freshet.drop_study_partition(partition regclass, from_at timestamptz, to_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- public.forget_user() locks the log before its partitions, a drop the partition before the log: one at a time.
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));
    -- A call that ran at the same time has dropped it.
    if not exists (select from pg_catalog.pg_class as c where c.oid = partition) then
        return;
    end if;
    -- Writers wait while this waits for a reader of the log.
    perform set_config('lock_timeout', '5s', true);
    -- What was archived is what is dropped.
    execute format('lock table %s in share row exclusive mode', partition);
    perform freshet.archive_study_partition(partition);
    delete from freshet.study_event_keys as k
    where k.created_at < to_at and (from_at is null or k.created_at >= from_at);
    execute format('drop table %s', partition);
end
$$;

revoke all on function freshet.drop_study_partition(regclass, timestamptz, timestamptz) from public, anon, authenticated;

comment on function freshet.drop_study_partition(regclass, timestamptz, timestamptz) is
    'Archives and drops a partition of public.study_events with the keys of its events. Raises what freshet.archive_study_partition() raises.';
