-- Object: analytics.check_ins_asked
-- Grain: one row per monitor with a check-in in the last minute
-- Why: the receiver accepts six check-ins a minute for a monitor and silently drops the others, the newest among them.
--      Simultaneous passes, or passes by hand, are many isolates, so the count is kept here. The limit is three,
--      because a runtime resends by itself what it sent over a connection that then broke.
create table analytics.check_ins_asked (
    monitor text primary key,
    asked_at timestamptz[] not null
);

alter table analytics.check_ins_asked enable row level security;

revoke all on table analytics.check_ins_asked from public, anon, authenticated;

comment on table analytics.check_ins_asked is 'The check-ins of each monitor within the last minute.';
