-- Object: analytics.defer_resolution()
-- Why: ends the lease of analytics.lease_resolution() after a failure that may pass.
create function analytics.defer_resolution(event_id text, token bigint, delay interval, error text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with deferred as (
        update analytics.outbox as o
        set resolve_not_before = clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour'),
            resolve_lease_until = null,
            resolve_error = left(error, 500)
        where o.event_id = defer_resolution.event_id and o.resolve_token = token and o.resolved_at is null
        returning 1
    )
    select exists (select from deferred);
$$;

revoke all on function analytics.defer_resolution(text, bigint, interval, text) from public, anon, authenticated;

grant execute on function analytics.defer_resolution(text, bigint, interval, text) to service_role;

comment on function analytics.defer_resolution(text, bigint, interval, text) is
    'The issue was not closed: try again after the delay, at most an hour. Service role only.';
