-- Object: analytics.outbox
-- Grain: one row per incident and transition to be announced
-- Why: an alert is written in the transaction that found its reason, and stays until the receiver has answered 2xx for
--      it.
-- Why resolve_attempts, resolve_not_before, resolve_lease_until, resolve_token, resolved_at, resolve_error: no event
--      closes an issue at the receiver, and an event on a closed issue opens it again. So with a token of the
--      receiver's API a recovery is reported by closing the issue, and by an event only where that cannot be done.
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
    resolve_attempts integer not null default 0,
    resolve_not_before timestamptz not null default '-infinity',
    resolve_lease_until timestamptz,
    resolve_token bigint not null default 0,
    resolved_at timestamptz,
    resolve_error text,
    unique (incident_id, transition)
);

create index outbox_pending_idx on analytics.outbox (created_at, incident_id) where state = 'pending';

create index outbox_parked_idx on analytics.outbox (event_id) where state = 'parked';

create index outbox_delivered_idx on analytics.outbox (delivered_at) where state = 'delivered';

create index outbox_unresolved_idx on analytics.outbox (created_at) where transition = 'recovered' and resolved_at is null;

create index outbox_opened_idx on analytics.outbox ((payload ->> 'fingerprint'), incident_id) where transition = 'opened';

alter table analytics.outbox enable row level security;

revoke all on table analytics.outbox from public, anon, authenticated;

comment on table analytics.outbox is
    'Alerts to be sent. Pending until acknowledged by a 2xx; parked when the receiver refuses them for good.';

comment on column analytics.outbox.payload is
    'The facts as the database has them: the sender scrubs them and never sends them unscrubbed.';

comment on column analytics.outbox.lease_token is 'Fencing: moves with each lease; an answer with an older token changes nothing.';

comment on column analytics.outbox.event_id is 'First 32 hex of sha256(random part of the incident | transition): sending again is the same event.';

comment on column analytics.outbox.resolve_attempts is
    'For a recovery: how many attempts were made to close the issue of its opening.';

comment on column analytics.outbox.resolve_token is
    'Fencing, as lease_token: sending and closing have separate leases.';

comment on column analytics.outbox.resolved_at is
    'For a recovery: when the receiver said that the issue is closed, or need not be.';

comment on column analytics.outbox.resolve_error is
    'Why the issue was not closed, in the receiver''s words; or what was left out in closing it.';
