-- Object: analytics.alert_channels
-- Grain: outbox: one row per incident and transition that is to be told; alert_channels: one row per channel
-- Why: an alert is written in the transaction that found its reason, and stays until the receiver has answered 2xx for
--      it. Limits that the receiver set live here too, since isolates do not.
create table analytics.alert_channels (
    channel text primary key,
    state text not null default 'untried' check (state in ('untried', 'ok', 'unconfigured', 'limited', 'failing', 'refused')),
    checked_at timestamptz,
    detail text,
    events_not_before timestamptz not null default '-infinity',
    check_ins_not_before timestamptz not null default '-infinity',
    resolving_at timestamptz
);

alter table analytics.alert_channels enable row level security;

revoke all on table analytics.alert_channels from public, anon, authenticated;

comment on table analytics.alert_channels is 'How the last delivery to each channel went, and until when the channel asked for silence.';

comment on column analytics.alert_channels.resolving_at is 'When a sender with a token last asked for issues to close.';

insert into analytics.alert_channels (channel) values ('sentry');
