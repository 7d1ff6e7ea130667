-- Object: analytics.record_delivery()
-- Why: health has to say whether alerts arrive, and only the sender knows.
create function analytics.record_delivery(state text, detail text)
returns jsonb
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.alert_channels as c
    set state = case when record_delivery.state = 'ok' and trouble.message is not null then 'failing' else record_delivery.state end,
        checked_at = clock_timestamp(),
        detail = left(concat_ws('; ', coalesce(record_delivery.detail, refusal.message), trouble.message), 500)
    from (
        -- Errors of issues that wait to be closed, while a token is there to close them.
        select (
            select format('%s issues wait to be closed: %s', count(*), (array_agg(o.resolve_error order by o.resolve_not_before desc))[1])
            from analytics.outbox as o
            where o.transition = 'recovered'
                and o.resolved_at is null
                and o.resolve_error is not null
                and o.created_at > clock_timestamp() - interval '7 days'
            having count(*) > 0
        ) as message
        from analytics.alert_channels as one
        where one.channel = 'sentry' and one.resolving_at > clock_timestamp() - interval '10 minutes'
        union all
        select null
        order by message nulls last
        limit 1
    ) as trouble,
    lateral (
        -- While alerts are parked, health has to say why: nothing was sent to the receiver since.
        select (
            select o.last_error from analytics.outbox as o where o.state = 'parked' order by o.created_at desc limit 1
        ) as message
    ) as refusal
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
    'Keeps the result of the delivery, for health, and returns what is still to be sent. Service role only.';
