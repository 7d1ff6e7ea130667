-- Object: analytics.outbox (columns), analytics.alert_channels.resolving_at, analytics.lease_alerts() (replaced),
--         analytics.lease_resolution(), acknowledge_resolution(), defer_resolution(), analytics.record_delivery() (replaced)
-- Why: no event closes an issue at the receiver, and an event on a closed one opens it again. So with a token of the
--      receiver's API a recovery is told by closing the issue, and by an event beside it where that cannot be done.

alter table analytics.outbox
    add column resolve_attempts integer not null default 0,
    add column resolve_not_before timestamptz not null default '-infinity',
    add column resolve_lease_until timestamptz,
    add column resolve_token bigint not null default 0,
    add column resolved_at timestamptz,
    add column resolve_error text;
comment on column analytics.outbox.resolve_attempts is 'Of a recovery: how often it was tried to close the issue of its opening.';
comment on column analytics.outbox.resolve_token is 'Fencing, as lease_token: telling and closing are leased apart.';
comment on column analytics.outbox.resolved_at is 'Of a recovery: when the receiver said that the issue is closed, or need not be.';
comment on column analytics.outbox.resolve_error is 'Why it was not closed, in the receiver''s words; or what was left out in closing it.';
create index outbox_unresolved_idx on analytics.outbox (created_at) where transition = 'recovered' and resolved_at is null;
create index outbox_opened_idx on analytics.outbox ((payload ->> 'fingerprint'), incident_id) where transition = 'opened';

alter table analytics.alert_channels add column resolving_at timestamptz;
comment on column analytics.alert_channels.resolving_at is 'When a sender with a token last asked for issues to close.';

drop function analytics.lease_alerts(integer, interval);
create function analytics.lease_alerts(n integer, lease interval, resolving boolean default false)
returns table (event_id text, lease_token bigint, attempt_count integer, transition text, payload jsonb)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    -- In turn with lease_resolution(), so that no issue is closed while a new alert for it is on its way.
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
                -- A recovery is told after what it recovers from,
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
        -- What the receiver never takes must not keep others waiting.
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
    'Borrows at most n due alerts for the time of the lease: those that were tried least, oldest first. resolving: the sender closes issues, so no recovery of the last ten minutes. Service role only.';

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
    'Borrows one recovery whose issue is to be closed, those tried least first; is_newest is false when the issue is open again for a newer incident. Service role only.';

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
            -- Closing the issue is how this recovery was told, unless an event was quicker.
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

create or replace function analytics.record_delivery(state text, detail text)
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
        -- Of issues that wait to be closed, as long as a token is there to close them.
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
        -- As long as alerts are parked, health has to say why: nothing was asked of the receiver since.
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

create or replace function analytics.release_parked_alerts()
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
comment on function analytics.release_parked_alerts() is
    'After the channel was mended: parked alerts, and issues that wait to be closed, are due again. Returns how many alerts. Idempotent. Service role only.';
