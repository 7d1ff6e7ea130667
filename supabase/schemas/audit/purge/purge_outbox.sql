-- Object: freshet.purge_outbox()
-- Grain: retention: one row per kind of history
-- Why: every history here grows for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of each, so that no
--      lock, no transaction and no replica waits for long; what is left over is deleted by the next call.
create function freshet.purge_outbox(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select o.event_id
        from analytics.outbox as o
        join analytics.incidents as i on i.incident_id = o.incident_id
        where o.state = 'delivered'
            and o.delivered_at < now() - keep_for
            -- A recovery waits for the delivery of what it recovers from, and is told by it.
            and i.closed_at < now() - keep_for
        order by o.delivered_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.outbox as o using old where o.event_id = old.event_id and o.state = 'delivered' returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_outbox(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_outbox(interval, integer) is
    'Deletes alerts that were delivered long ago, of incidents that are as long over. What waits or is parked stays, however old.';
