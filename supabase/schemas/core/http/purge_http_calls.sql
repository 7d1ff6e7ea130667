-- Object: freshet.purge_http_calls()
-- Why: the ledger grows with each call; see freshet.purge_history() for the batches.
create function freshet.purge_http_calls(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select c.call_id
        from (
            select h.call_id, h.queued_at, h.outcome, h.is_observed
            from analytics.http_calls as h
            order by h.call_id
            limit batch_size
        ) as c
        where c.queued_at < now() - keep_for and c.outcome <> 'pending' and c.is_observed
    ),
    deleted as (
        delete from analytics.http_calls as c using old where c.call_id = old.call_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_http_calls(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_http_calls(interval, integer) is
    'Deletes old calls that are settled and audited, at most a batch, and returns how many.';
