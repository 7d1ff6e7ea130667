-- Object: analytics.list_incidents()
-- Serves: /analytics/ops/incidents
-- Why: the history of incidents, newest first, a page at a time. The evidence is returned as an alert would contain it,
--      unscrubbed: the function that serves it scrubs it. An alert that waits or was refused has its reason, and a
--      recovery whether its issue is closed. The receiver's words were scrubbed before they were stored.
create function analytics.list_incidents(
    state text default null,
    kind text default null,
    job text default null,
    before_id bigint default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with matching as (
        select i.*
        from analytics.incidents as i
        where (before_id is null or i.incident_id < before_id)
            and (list_incidents.state is null or (list_incidents.state = 'open') = (i.closed_at is null))
            and (list_incidents.kind is null or i.kind = list_incidents.kind)
            and (list_incidents.job is null or i.job_name = list_incidents.job)
        order by i.incident_id desc
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.incident_id desc limit page_size
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'incident_id', p.incident_id,
                    'state', case when p.closed_at is null then 'open' else 'closed' end,
                    'cause_id', p.cause_id,
                    'announced_at', p.announced_at,
                    'muted_until', case when j.muted_until > now() then j.muted_until end,
                    'payload', freshet.alert_payload(p::analytics.incidents, 'opened'),
                    'alerts', (
                        select coalesce(
                            jsonb_agg(
                                jsonb_build_object(
                                    'event_id', o.event_id,
                                    'transition', o.transition,
                                    'state', o.state,
                                    'attempt_count', o.attempt_count,
                                    'delivered_at', o.delivered_at,
                                    'last_error', o.last_error,
                                    'resolved_at', o.resolved_at,
                                    'resolve_error', o.resolve_error
                                )
                                order by o.created_at, o.transition
                            ),
                            '[]'
                        )
                        from analytics.outbox as o
                        where o.incident_id = p.incident_id
                    )
                )
                order by p.incident_id desc
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then min(p.incident_id)::text end
    )
    from page as p
    left join analytics.scheduled_jobs as j on j.job_name = p.job_name;
$$;

revoke all on function analytics.list_incidents(text, text, text, bigint, integer) from public, anon, authenticated;

grant execute on function analytics.list_incidents(text, text, text, bigint, integer) to service_role;

comment on function analytics.list_incidents(text, text, text, bigint, integer) is
    'A page of incidents, newest first, below before_id; state is open, closed or null. Service role only. The evidence is unscrubbed.';
