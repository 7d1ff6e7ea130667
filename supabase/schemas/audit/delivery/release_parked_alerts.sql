-- Object: analytics.release_parked_alerts()
-- Why: called by hand when the reason of a refusal is removed.
create function analytics.release_parked_alerts()
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.outbox as o
    set resolve_not_before = clock_timestamp()
    where o.transition = 'recovered' and o.resolved_at is null and o.resolve_error is not null;

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
    'After the channel was repaired: parked alerts, and issues that wait to be closed, are due again. Returns how many alerts. Idempotent. Service role only.';
