-- Object: freshet.purge_incidents()
-- Why: an incident is deleted after its alerts and after the incidents that it stands for.
create function freshet.purge_incidents(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at < now() - keep_for
            and not exists (select from analytics.outbox as o where o.incident_id = i.incident_id)
            -- One that stands for others is deleted after them, by a later call.
            and not exists (select from analytics.incidents as c where c.cause_id = i.incident_id)
        order by i.closed_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.incidents as i using old where i.incident_id = old.incident_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_incidents(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_incidents(interval, integer) is
    'Deletes incidents that closed long ago and have nothing left to announce.';
