-- Object: analytics.lease_alerts()
-- Why: a sender leases an alert for a while, and only the receiver's 2xx makes it delivered. A sender that dies, or
--      comes back late with an old token, changes nothing.
create function analytics.lease_alerts(n integer, lease interval, resolving boolean default false)
returns table (event_id text, lease_token bigint, attempt_count integer, transition text, payload jsonb)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    -- Serialized with lease_resolution(), so that no issue is closed while a new alert for it is on its way.
    select pg_advisory_xact_lock(hashtextextended('freshet.outbox', 0));

    with due as (
        select o.event_id
        from analytics.outbox as o
        cross join analytics.alert_channels as c
        where c.channel = 'sentry'
            and c.events_not_before <= clock_timestamp()
            and o.state = 'pending'
            and o.not_before <= clock_timestamp()
            and coalesce(o.lease_until, '-infinity') <= clock_timestamp()
            and (
                o.transition <> 'recovered'
                -- A recovery is sent after the alert that it ends,
                or not exists (
                    select
                    from analytics.outbox as first
                    where first.incident_id = o.incident_id and first.transition = 'opened' and first.state <> 'delivered'
                )
                -- and by closing its issue, where the sender can and that works within ten minutes.
                and (not resolving or o.created_at < clock_timestamp() - interval '10 minutes')
            )
            and (
                o.transition <> 'opened'
                or not exists (
                    select
                    from analytics.outbox as closing
                    where closing.transition = 'recovered'
                        and closing.resolved_at is null
                        and closing.resolve_lease_until > clock_timestamp()
                        and closing.payload ->> 'fingerprint' = o.payload ->> 'fingerprint'
                )
            )
        -- Alerts that the receiver never accepts must not delay others.
        order by o.attempt_count, o.created_at, o.incident_id
        limit n
        for update of o skip locked
    ),
    leased as (
        update analytics.outbox as o
        set lease_until = clock_timestamp() + lease,
            lease_token = o.lease_token + 1,
            attempt_count = o.attempt_count + 1
        from due
        where o.event_id = due.event_id
        returning o.event_id, o.lease_token, o.attempt_count, o.transition, o.payload, o.created_at, o.incident_id
    )
    select l.event_id, l.lease_token, l.attempt_count, l.transition, l.payload
    from leased as l
    order by l.attempt_count, l.created_at, l.incident_id;
$$;

revoke all on function analytics.lease_alerts(integer, interval, boolean) from public, anon, authenticated;

grant execute on function analytics.lease_alerts(integer, interval, boolean) to service_role;

comment on function analytics.lease_alerts(integer, interval, boolean) is
    'Leases at most n due alerts: those with the fewest attempts, oldest first. resolving: the sender closes issues, so no recovery of the last ten minutes. Service role only.';
