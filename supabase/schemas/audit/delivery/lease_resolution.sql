-- Object: analytics.lease_resolution()
-- Why: a recovery is reported by closing its issue; see analytics.outbox.
create function analytics.lease_resolution(lease interval)
returns table (
    event_id text, resolve_token bigint, attempt_count integer, opened_event_id text, is_newest boolean, payload jsonb
)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('freshet.outbox', 0));
    update analytics.alert_channels as c set resolving_at = clock_timestamp() where c.channel = 'sentry';

    with due as (
        select
            o.event_id,
            opened.event_id as opened_event_id,
            not exists (
                select
                from analytics.outbox as newer
                where newer.transition = 'opened'
                    and newer.payload ->> 'fingerprint' = o.payload ->> 'fingerprint'
                    and newer.incident_id > o.incident_id
                    and newer.state <> 'parked'
            ) as is_newest
        from analytics.outbox as o
        join analytics.outbox as opened
            on opened.incident_id = o.incident_id and opened.transition = 'opened' and opened.state = 'delivered'
        where o.transition = 'recovered'
            and o.resolved_at is null
            and o.created_at > clock_timestamp() - interval '7 days'
            and o.resolve_not_before <= clock_timestamp()
            and coalesce(o.resolve_lease_until, '-infinity') <= clock_timestamp()
        order by o.resolve_attempts, o.created_at, o.incident_id
        limit 1
        for update of o skip locked
    )
    update analytics.outbox as o
    set resolve_lease_until = clock_timestamp() + lease,
        resolve_token = o.resolve_token + 1,
        resolve_attempts = o.resolve_attempts + 1
    from due
    where o.event_id = due.event_id
    returning o.event_id, o.resolve_token, o.resolve_attempts, due.opened_event_id, due.is_newest, o.payload;
$$;

revoke all on function analytics.lease_resolution(interval) from public, anon, authenticated;

grant execute on function analytics.lease_resolution(interval) to service_role;

comment on function analytics.lease_resolution(interval) is
    'Leases one recovery whose issue is to be closed, those with the fewest attempts first; is_newest is false when the issue is open again for a newer incident. Service role only.';
