-- Object: analytics.drop_old_study_events()
-- Why a procedure: it commits after each partition, so that one that cannot be archived keeps no other from being dropped,
--      and then fails, so that the audit reports it. A procedure that commits can have no SET clause: it says its
--      search_path itself, in every transaction. The rows of its loop are fetched at the first commit.
create procedure analytics.drop_old_study_events()
language plpgsql
as $$
declare
    old record;
    waiting_on pg_catalog.date;
    kept pg_catalog.text[] := array[]::pg_catalog.text[];
    tried_count pg_catalog.int4 := 0;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    -- Writers wait while a new partition waits for a reader of the log.
    perform set_config('lock_timeout', '5s', true);
    -- Old events that wait in the default partition get a partition of their own, and are dropped with it.
    for waiting_on in
        select distinct (date_trunc('month', d.created_at at time zone 'UTC'))::date
        from public.study_events_default as d
        where d.created_at < date_trunc('month', (now() at time zone 'UTC') - interval '2 years') at time zone 'UTC'
    loop
        perform analytics.make_study_partitions(waiting_on, waiting_on);
    end loop;
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    for old in select p.partition, p.from_at, p.to_at from freshet.old_study_partitions() as p loop
        tried_count := tried_count + 1;
        begin
            perform freshet.drop_study_partition(old.partition, old.from_at, old.to_at);
        exception
            when others then
                kept := kept || format('%s: %s', old.partition, sqlerrm);
        end;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end loop;

    if cardinality(kept) > 0 then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('%s of %s old partitions of public.study_events were kept: %s', cardinality(kept), tried_count, array_to_string(kept, '; ')),
            hint = 'Correct freshet.archive_study_partition() or what it needs: the next run tries again.';
    end if;
end
$$;

revoke all on procedure analytics.drop_old_study_events() from public, anon, authenticated;

comment on procedure analytics.drop_old_study_events() is
    'Drops the partitions of public.study_events that ended two years ago or earlier, each with the keys of its events, after freshet.archive_study_partition(). Raises at the end if some were kept, with the reason of each.';

select analytics.register_job(
    job_name => 'drop-old-study-events',
    schedule => '50 2 * * *',
    command => 'call analytics.drop_old_study_events()'
);
