-- Object: freshet.digest_events
-- Grain: one row per webhook of the mail provider that was taken in the last days
-- Why: a replayed message has a valid signature. Without its id here, a replay would stop the mails of a manager again
--      after an operator has resumed them.
create table freshet.digest_events (
    message_id text primary key check (octet_length(message_id) <= 200),
    taken_at timestamptz not null default now()
);

create index digest_events_taken_at_idx on freshet.digest_events (taken_at);

revoke all on table freshet.digest_events from public, anon, authenticated;

comment on table freshet.digest_events is 'Ids of the mail provider''s messages that were taken. Kept for 8 days.';
