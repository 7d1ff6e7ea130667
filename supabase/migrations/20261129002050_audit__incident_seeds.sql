-- Object: analytics.incidents.event_seed, private.alert_event_id(), private.enqueue_alert() (replaced)
-- Why: a database that is restored counts on from an earlier number, so ids that were made of numbers alone came out twice
--      for two incidents, and the receiver took the second for a repetition. A random part that is stored in the
--      incident's own row does not repeat, and sending again is still the same event.

alter table analytics.incidents add column event_seed uuid not null default gen_random_uuid();
comment on column analytics.incidents.event_seed is 'Random part of its event ids: numbers repeat after a restore, this does not.';
comment on column analytics.outbox.event_id is 'First 32 hex of sha256(random part of the incident | transition): sending again is the same event.';

create function private.alert_event_id(event_seed uuid, transition text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select left(encode(sha256(convert_to(concat_ws('|', event_seed::text, transition), 'UTF8')), 'hex'), 32);
$$;
revoke all on function private.alert_event_id(uuid, text) from public, anon, authenticated;
comment on function private.alert_event_id(uuid, text) is
    'Event id of an incident''s transition: the same for the same incident, so that a resend is recognised, and never that of another one.';

create or replace function private.enqueue_alert(incident analytics.incidents, transition text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.outbox (event_id, incident_id, transition, payload, created_at, not_before)
    values (
        private.alert_event_id(incident.event_seed, transition),
        incident.incident_id,
        transition,
        private.alert_payload(incident, transition),
        clock_timestamp(),
        clock_timestamp()
    )
    on conflict do nothing;
$$;

drop function private.alert_event_id(integer, bigint, text);
