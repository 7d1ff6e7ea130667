-- Object: analytics.list_outbox()
-- Serves: /analytics/ops/outbox
-- Why: whether alerts arrive. Newest incident first, and of an incident its recovery first: the key of the outbox, so a
--      page is read in the order of an index. What is undelivered has indexes of its own, since it is rare.
create function analytics.list_outbox(
    state text default null,
    before_incident bigint default null,
    before_transition text default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with place as (
        select coalesce(before_incident, 9223372036854775807) as incident_id, coalesce(before_transition, '~') as transition
    ),
    matching as (
        select m.*
        from (
            (
                select o.* from analytics.outbox as o, place as p
                where list_outbox.state = 'undelivered' and o.state = 'pending' and (o.incident_id, o.transition) < (p.incident_id, p.transition)
            )
            union all
            (
                select o.* from analytics.outbox as o, place as p
                where list_outbox.state = 'undelivered' and o.state = 'parked' and (o.incident_id, o.transition) < (p.incident_id, p.transition)
            )
            union all
            (
                select o.*
                from analytics.outbox as o
                where list_outbox.state is distinct from 'undelivered'
                    and (list_outbox.state is null or o.state = 'delivered')
                    and (o.incident_id, o.transition) < (select p.incident_id, p.transition from place as p)
                order by o.incident_id desc, o.transition desc
                limit page_size + 1
            )
        ) as m
        order by m.incident_id desc, m.transition desc
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.incident_id desc, m.transition desc limit page_size
    ),
    waiting as (
        select o.state, o.created_at from analytics.outbox as o where o.state = 'pending'
        union all
        select o.state, o.created_at from analytics.outbox as o where o.state = 'parked'
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'event_id', p.event_id,
                    'incident_id', p.incident_id,
                    'kind', p.payload ->> 'kind',
                    'subject', p.payload ->> 'subject',
                    'transition', p.transition,
                    'state', p.state,
                    'created_at', p.created_at,
                    'age_seconds', greatest(0, floor(extract(epoch from coalesce(p.delivered_at, now()) - p.created_at)))::bigint,
                    'attempt_count', p.attempt_count,
                    'next_attempt_at', case when p.state = 'pending' then p.not_before end,
                    'lease_until', case when p.state = 'pending' and p.lease_until > now() then p.lease_until end,
                    'delivered_at', p.delivered_at,
                    'last_error', p.last_error,
                    'resolved_at', p.resolved_at,
                    'resolve_error', p.resolve_error
                )
                order by p.incident_id desc, p.transition desc
            ),
            '[]'
        ),
        'next_cursor', case
            when (select count(*) from matching) > page_size then (
                select format('%s-%s', l.incident_id, l.transition) from page as l order by l.incident_id, l.transition limit 1
            )
        end,
        'totals', (
            select jsonb_build_object(
                'pending_count', count(*) filter (where w.state = 'pending'),
                'parked_count', count(*) filter (where w.state = 'parked'),
                'oldest_undelivered_seconds', case when count(*) > 0 then greatest(0, floor(extract(epoch from now() - min(w.created_at))))::bigint end
            )
            from waiting as w
        )
    )
    from page as p;
$$;

revoke all on function analytics.list_outbox(text, bigint, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_outbox(text, bigint, text, integer) to service_role;

comment on function analytics.list_outbox(text, bigint, text, integer) is
    'A page of the outbox, newest incident first, below (before_incident, before_transition), and how much of it waits. state: undelivered (pending, parked), delivered, or null for both. Service role only. Names and errors are unscrubbed.';
