-- Object: analytics.outbox, analytics.alert_channels
-- Grain: outbox: one row per incident and transition that is to be told; alert_channels: one row per channel
-- Why: an alert is written in the transaction that found its reason, and stays until the receiver has answered 2xx for
--      it. Limits that the receiver set live here too, since isolates do not.

create table analytics.outbox (
    event_id text primary key check (event_id ~ '^[0-9a-f]{32}$'),
    incident_id bigint not null references analytics.incidents (incident_id),
    transition text not null check (transition in ('opened', 'recovered')),
    payload jsonb not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'parked')),
    attempt_count integer not null default 0,
    not_before timestamptz not null default now(),
    lease_until timestamptz,
    lease_token bigint not null default 0,
    created_at timestamptz not null default now(),
    delivered_at timestamptz,
    last_error text,
    unique (incident_id, transition)
);
create index outbox_pending_idx on analytics.outbox (created_at, incident_id) where state = 'pending';
create index outbox_parked_idx on analytics.outbox (event_id) where state = 'parked';
alter table analytics.outbox enable row level security;
revoke all on table analytics.outbox from public, anon, authenticated;

comment on table analytics.outbox is 'Alerts to be told. Pending until acknowledged by a 2xx; parked when the receiver refuses them for good.';
comment on column analytics.outbox.event_id is 'First 32 hex of sha256(system identifier | epoch | incident | transition): sending again is the same event.';
comment on column analytics.outbox.payload is 'The facts, as the database has them: scrubbed by the sender, never sent as they are.';
comment on column analytics.outbox.lease_token is 'Fencing: moves with each lease; an answer with an older token changes nothing.';

create table analytics.alert_channels (
    channel text primary key,
    state text not null default 'untried' check (state in ('untried', 'ok', 'unconfigured', 'limited', 'failing', 'refused')),
    checked_at timestamptz,
    detail text,
    events_not_before timestamptz not null default '-infinity',
    check_ins_not_before timestamptz not null default '-infinity'
);
alter table analytics.alert_channels enable row level security;
revoke all on table analytics.alert_channels from public, anon, authenticated;

comment on table analytics.alert_channels is 'How the last delivery to each channel went, and until when the channel asked for silence.';
insert into analytics.alert_channels (channel) values ('sentry');

create function private.alert_event_id(epoch integer, incident_id bigint, transition text)
returns text
language sql
stable
set search_path = ''
as $$
    select left(
        encode(
            sha256(convert_to(concat_ws('|', private.system_identifier(), epoch, incident_id, transition), 'UTF8')), 'hex'
        ),
        32
    );
$$;
revoke all on function private.alert_event_id(integer, bigint, text) from public, anon, authenticated;
comment on function private.alert_event_id(integer, bigint, text) is
    'Event id of an incident''s transition. Deterministic, so that a resend is recognised as the same event.';
