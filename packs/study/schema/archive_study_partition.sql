-- Object: freshet.archive_study_partition()
-- Why: events older than two years are dropped. A project that has to keep them elsewhere replaces this function: it runs
--      before each drop, in the same transaction, and as long as it raises, the partition stays.
create function freshet.archive_study_partition(partition regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
select null::void
$$;

revoke all on function freshet.archive_study_partition(regclass) from public, anon, authenticated;

comment on function freshet.archive_study_partition(regclass) is
    'Hook: replace it in a migration of your own to archive a month of public.study_events before it is dropped. Raise to keep the partition; the job drop-old-study-events then fails and tries again the next day. It has two minutes, with the rest of the job.';
