-- Object: freshet.purge_refresh_requests()
-- Why: the queue grows with each request; see freshet.purge_history().
create function freshet.purge_refresh_requests(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select r.id
        from analytics.refresh_requests as r
        where r.finished_at < now() - keep_for
        order by r.finished_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.refresh_requests as r using old where r.id = old.id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_refresh_requests(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_refresh_requests(interval, integer) is 'Deletes requests that finished long ago, with their views, at most a batch.';
