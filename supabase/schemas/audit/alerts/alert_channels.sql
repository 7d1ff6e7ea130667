-- Object: analytics.alert_channels
-- Grain: one row per channel
-- Why: limits that the receiver set are kept here, since isolates do not last.
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

comment on table analytics.alert_channels is
    'Result of the last delivery to each channel, and until when the channel asked not to be sent anything.';

comment on column analytics.alert_channels.resolving_at is 'When a sender with a token last asked for issues to close.';

insert into analytics.alert_channels (channel) values ('sentry');
