-- Object: analytics.park_alert()
-- Why: an alert that the receiver refuses for good must neither be lost nor block others.
create function analytics.park_alert(event_id text, token bigint, error text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
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
    'The receiver refuses the alert for good: it is kept, and health is bad until it is released. Service role only.';
