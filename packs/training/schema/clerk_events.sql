-- Object: freshet.clerk_events
-- Grain: one row per webhook of Clerk that was taken in the last days
-- Why: each attempt to deliver a message has a new signature and the same id, so only the id tells a replay. Retries end
--      after about a day. No content is kept: it is personal.
create table freshet.clerk_events (
    message_id text primary key check (octet_length(message_id) <= 200),
    type text not null,
    event_at timestamptz not null,
    taken_at timestamptz not null default now()
);

create index clerk_events_taken_at_idx on freshet.clerk_events (taken_at);

revoke all on table freshet.clerk_events from public, anon, authenticated;

comment on table freshet.clerk_events is 'Ids of the messages of Clerk that were taken. Kept for 8 days.';

comment on column freshet.clerk_events.event_at is 'When the user, organisation or membership changed, by Clerk''s clock.';
