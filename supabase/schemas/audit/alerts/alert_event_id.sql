-- Object: freshet.alert_event_id()
-- Why: the receiver recognises a resend by its event id.
create function freshet.alert_event_id(event_seed uuid, transition text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select left(encode(sha256(convert_to(concat_ws('|', event_seed::text, transition), 'UTF8')), 'hex'), 32);
$$;

revoke all on function freshet.alert_event_id(uuid, text) from public, anon, authenticated;

comment on function freshet.alert_event_id(uuid, text) is
    'Event id of an incident''s transition: the same for the same incident, so that a resend is recognised, and never the id of another incident.';
