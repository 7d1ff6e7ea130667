-- Object: analytics.acknowledge_resolution()
-- Why: ends the lease of analytics.lease_resolution() after success.
create function analytics.acknowledge_resolution(event_id text, token bigint, note text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with acknowledged as (
        update analytics.outbox as o
        set resolved_at = clock_timestamp(),
            resolve_lease_until = null,
            resolve_error = left(note, 500),
            -- Closing the issue reports this recovery, unless an event did so earlier.
            state = 'delivered',
            delivered_at = coalesce(o.delivered_at, clock_timestamp()),
            lease_until = null
        where o.event_id = acknowledge_resolution.event_id and o.resolve_token = token and o.resolved_at is null
        returning 1
    )
    select exists (select from acknowledged);
$$;

revoke all on function analytics.acknowledge_resolution(text, bigint, text) from public, anon, authenticated;

grant execute on function analytics.acknowledge_resolution(text, bigint, text) to service_role;

comment on function analytics.acknowledge_resolution(text, bigint, text) is
    'The issue is closed; the note says what was left out. False when the token is not the newest. Service role only.';
