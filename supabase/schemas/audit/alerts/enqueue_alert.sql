-- Object: freshet.enqueue_alert()
-- Why: the key of the outbox is incident and transition, so a repeated pass writes no second alert.
create function freshet.enqueue_alert(incident analytics.incidents, transition text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.outbox (event_id, incident_id, transition, payload, created_at, not_before)
    values (
        freshet.alert_event_id(incident.event_seed, transition),
        incident.incident_id,
        transition,
        freshet.alert_payload(incident, transition),
        clock_timestamp(),
        clock_timestamp()
    )
    on conflict do nothing;
$$;

revoke all on function freshet.enqueue_alert(analytics.incidents, text) from public, anon, authenticated;

comment on function freshet.enqueue_alert(analytics.incidents, text) is 'Puts an incident''s transition into the outbox. Idempotent.';
