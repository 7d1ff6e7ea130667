-- Object: analytics.event_channels
-- Grain: one row per channel on which a pack's trigger notifies
-- Why: `deno task listen` listens on all of them. A notification locks the whole database for the moment of its commit,
--      one commit after another, so a project where many commits notify at once has to be able to turn one off.
create table analytics.event_channels (
    channel text primary key check (channel ~ '^[a-z][a-z0-9_]{0,62}$'),
    pack text not null,
    is_on boolean not null default true
);

alter table analytics.event_channels enable row level security;

revoke all on table analytics.event_channels from public, anon, authenticated;

comment on table analytics.event_channels is 'Channels of notifications. A row comes with its pack; is_on is the project''s own to set.';

comment on column analytics.event_channels.is_on is
    'False: the trigger notifies no one. Views with refresh_on_change are still refreshed, by the jobs of the queue.';
