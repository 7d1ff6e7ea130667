-- Object: freshet.purge_export_jobs()
-- Why: never before the object is known to be gone: its row is all that leads to it.
create function freshet.purge_export_jobs(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select j.export_id
        from analytics.export_jobs as j
        where j.is_removed and j.finished_at < now() - keep_for
        limit batch_size
    ),
    deleted as (
        delete from analytics.export_jobs as j using old where j.export_id = old.export_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_export_jobs(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_export_jobs(interval, integer) is
    'Deletes exports that ended longer ago than keep_for and whose object is gone, at most a batch, and returns how many.';
