-- Object: analytics.listeners
-- Grain: one row once `deno task listen` has been started for this database, whichever process listens
-- Why: a listener is no job, so pg_cron's history does not show that it has gone. The audit watches last_heard_at, and
--      only where this row exists: most projects need no listener.
create table analytics.listeners (
    is_the_one boolean primary key default true check (is_the_one),
    instance uuid not null,
    started_at timestamptz not null default clock_timestamp(),
    last_heard_at timestamptz not null default clock_timestamp()
);

alter table analytics.listeners enable row level security;

revoke all on table analytics.listeners from public, anon, authenticated;

comment on table analytics.listeners is 'Written by freshet.hold_listener() and freshet.hear_listener(); removed by analytics.retire_listener().';

comment on column analytics.listeners.instance is 'The process that listens, or that listened last.';

comment on column analytics.listeners.started_at is 'When the session of that process took the lock of the listener; before that it may have stood by.';

comment on column analytics.listeners.last_heard_at is
    'When a notification that a listening process sent to itself last came back; it tries every 30 s. Before the first one: when the first process began to listen.';
