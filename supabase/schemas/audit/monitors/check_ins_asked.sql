-- Object: analytics.check_ins_asked
-- Grain: check_ins_asked: one row per monitor that was told something
-- Why: the receiver takes six check-ins a minute of a monitor and drops the others without a word, the newest among them.
--      Passes at once, or by hand, are many isolates, so the count is here. It is three, because a runtime sends again by
--      itself what it sent over a connection that then broke.
create table analytics.check_ins_asked (
    monitor text primary key,
    asked_at timestamptz[] not null
);

alter table analytics.check_ins_asked enable row level security;

revoke all on table analytics.check_ins_asked from public, anon, authenticated;

comment on table analytics.check_ins_asked is 'When each monitor was told something within the last minute.';
