-- Object: analytics.defer_alert()
-- Why: ends the lease of analytics.lease_alerts() after a failure that may pass.
create function analytics.defer_alert(event_id text, token bigint, delay interval, error text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
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
    'Not delivered: try again after the delay, at most an hour, counted from the database''s now(). Service role only.';
