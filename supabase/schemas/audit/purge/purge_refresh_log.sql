-- Object: freshet.purge_refresh_log()
-- Why: the ledger grows with each refresh; see freshet.purge_history().
create function freshet.purge_refresh_log(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, except for failures that the audit writes a little later.
        select l.id
        from (
            select r.id, coalesce(r.finished_at, r.started_at) as ended_at
            from analytics.refresh_log as r
            order by r.id
            limit batch_size
        ) as l
        where l.ended_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.refresh_log as r using old where r.id = old.id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_refresh_log(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_refresh_log(interval, integer) is 'Deletes old rows of the ledger, at most a batch.';
