-- Object: analytics.acknowledge_alert()
-- Why: only the receiver's 2xx makes an alert delivered, and only for the newest lease; see analytics.lease_alerts().
create function analytics.acknowledge_alert(event_id text, token bigint)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
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
