-- Object: freshet.purge_outbox()
-- Why: an alert is needed as long as its incident may still send one.
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
            -- A recovery waits for the delivery of its opening alert, and is identified by it.
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
    'Deletes alerts that were delivered long ago and whose incidents ended as long ago. Waiting or parked alerts stay, however old.';
