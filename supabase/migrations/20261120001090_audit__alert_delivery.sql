-- Object: analytics.lease_alerts(), acknowledge_alert(), defer_alert(), park_alert(), release_parked_alerts(),
--         hold_alerts(), record_delivery()
-- Why: a sender borrows an alert for a while, and only the receiver's 2xx makes it delivered. A sender that dies, or
--      comes back late with an old token, changes nothing.

create function analytics.lease_alerts(n integer, lease interval)
returns table (event_id text, lease_token bigint, attempt_count integer, transition text, payload jsonb)
language sql
security definer
set search_path = ''
as $$
    with due as (
        select o.event_id
        from analytics.outbox as o
        where o.state = 'pending'
            and o.not_before <= clock_timestamp()
            and coalesce(o.lease_until, '-infinity') <= clock_timestamp()
            and not exists (
                select from analytics.alert_channels as c
                where c.channel = 'sentry' and c.events_not_before > clock_timestamp()
            )
            -- A recovery is told after what it recovers from.
            and not exists (
                select
                from analytics.outbox as first
                where o.transition = 'recovered'
                    and first.incident_id = o.incident_id
                    and first.transition = 'opened'
                    and first.state <> 'delivered'
            )
        order by o.created_at, o.incident_id
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
    order by l.created_at, l.incident_id;
$$;
revoke all on function analytics.lease_alerts(integer, interval) from public, anon, authenticated;
grant execute on function analytics.lease_alerts(integer, interval) to service_role;
comment on function analytics.lease_alerts(integer, interval) is
    'Borrows at most n due alerts, oldest first, for the time of the lease. Service role only.';

create function analytics.acknowledge_alert(event_id text, token bigint)
returns boolean
language sql
security definer
set search_path = ''
as $$
    with acknowledged as (
        update analytics.outbox as o
        set state = 'delivered', delivered_at = clock_timestamp(), lease_until = null, last_error = null
        where o.event_id = acknowledge_alert.event_id and o.lease_token = token and o.state = 'pending'
        returning 1
    )
    select exists (select from acknowledged);
$$;
revoke all on function analytics.acknowledge_alert(text, bigint) from public, anon, authenticated;
grant execute on function analytics.acknowledge_alert(text, bigint) to service_role;
comment on function analytics.acknowledge_alert(text, bigint) is
    'The receiver answered 2xx: the alert is delivered. False when the token is not the newest. Service role only.';

create function analytics.defer_alert(event_id text, token bigint, delay interval, error text)
returns boolean
language sql
security definer
set search_path = ''
as $$
    with deferred as (
        update analytics.outbox as o
        set not_before = clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour'),
            lease_until = null,
            last_error = left(error, 500)
        where o.event_id = defer_alert.event_id and o.lease_token = token and o.state = 'pending'
        returning 1
    )
    select exists (select from deferred);
$$;
revoke all on function analytics.defer_alert(text, bigint, interval, text) from public, anon, authenticated;
grant execute on function analytics.defer_alert(text, bigint, interval, text) to service_role;
comment on function analytics.defer_alert(text, bigint, interval, text) is
    'Not delivered: try again after the delay, at most an hour, by the clock of the database. Service role only.';

create function analytics.park_alert(event_id text, token bigint, error text)
returns boolean
language sql
security definer
set search_path = ''
as $$
    with parked as (
        update analytics.outbox as o
        set state = 'parked', lease_until = null, last_error = left(error, 500)
        where o.event_id = park_alert.event_id and o.lease_token = token and o.state = 'pending'
        returning 1
    )
    select exists (select from parked);
$$;
revoke all on function analytics.park_alert(text, bigint, text) from public, anon, authenticated;
grant execute on function analytics.park_alert(text, bigint, text) to service_role;
comment on function analytics.park_alert(text, bigint, text) is
    'The receiver refuses it for good: kept, and health is bad until it is released. Service role only.';

create function analytics.release_parked_alerts()
returns bigint
language sql
security definer
set search_path = ''
as $$
    with released as (
        update analytics.outbox as o
        set state = 'pending', not_before = clock_timestamp(), attempt_count = 0
        where o.state = 'parked'
        returning 1
    )
    select count(*) from released;
$$;
revoke all on function analytics.release_parked_alerts() from public, anon, authenticated;
grant execute on function analytics.release_parked_alerts() to service_role;
comment on function analytics.release_parked_alerts() is
    'After the channel was mended: parked alerts are due again. Returns how many. Idempotent. Service role only.';

create function analytics.hold_alerts(category text, delay interval)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    hold_until constant timestamptz := clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour');
begin
    if category not in ('events', 'check_ins') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown alert category "%s"', category),
            hint = 'Known are events and check_ins.';
    end if;
    update analytics.alert_channels as c
    set events_not_before = case category when 'events' then hold_until else c.events_not_before end,
        check_ins_not_before = case category when 'check_ins' then hold_until else c.check_ins_not_before end
    where c.channel = 'sentry';
end
$$;
revoke all on function analytics.hold_alerts(text, interval) from public, anon, authenticated;
grant execute on function analytics.hold_alerts(text, interval) to service_role;
comment on function analytics.hold_alerts(text, interval) is
    'The receiver asked for silence: nothing of the category is sent before the delay, at most an hour, by any isolate. Service role only.';

create function analytics.record_delivery(state text, detail text)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    update analytics.alert_channels as c
    set state = record_delivery.state, checked_at = clock_timestamp(), detail = left(record_delivery.detail, 500)
    where c.channel = 'sentry';

    select jsonb_build_object(
        'pending', count(*) filter (where o.state = 'pending'), 'parked', count(*) filter (where o.state = 'parked')
    )
    from analytics.outbox as o
    where o.state in ('pending', 'parked');
$$;
revoke all on function analytics.record_delivery(text, text) from public, anon, authenticated;
grant execute on function analytics.record_delivery(text, text) to service_role;
comment on function analytics.record_delivery(text, text) is
    'Keeps how the delivery went, for health, and answers what is still to be told. Service role only.';
