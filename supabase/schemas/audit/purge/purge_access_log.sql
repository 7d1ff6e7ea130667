-- Object: freshet.purge_access_log()
-- Why: who read whose rows is itself about people, and is kept no longer than it may be asked about; see
--      freshet.purge_history() for the batches.
create function freshet.purge_access_log(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, but for transactions that overlapped.
        select l.access_id
        from (
            select a.access_id, a.accessed_at from analytics.access_log as a order by a.access_id limit batch_size
        ) as l
        where l.accessed_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.access_log as a using old where a.access_id = old.access_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_access_log(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_access_log(interval, integer) is
    'Deletes rows of the access log that are older than keep_for, at most a batch, and returns how many.';
