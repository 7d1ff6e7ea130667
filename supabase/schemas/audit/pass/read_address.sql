-- Object: analytics.read_address
-- Grain: one row once an audit has looked at the address that FRESHET_READ_URL names
-- Why: what a lost replica cannot answer the primary does, so no request fails, and the primary carries all reads. The
--      database does not know the address; the function that audits does, and looks at it in each audit.
create table analytics.read_address (
    is_the_one boolean primary key default true check (is_the_one),
    looked_at timestamptz not null default clock_timestamp(),
    answered_at timestamptz,
    fault text,
    fault_count integer not null default 0 check (fault_count >= 0),
    lag_ms bigint check (lag_ms >= 0)
);

alter table analytics.read_address enable row level security;

revoke all on table analytics.read_address from public, anon, authenticated;

comment on table analytics.read_address is 'Written by analytics.note_read_address() in each audit of a deployment that has FRESHET_READ_URL.';

comment on column analytics.read_address.looked_at is 'When an audit last looked. Older than 15 minutes: the setting was removed, or no audit runs.';

comment on column analytics.read_address.answered_at is 'When it last answered without a fault; null: never.';

comment on column analytics.read_address.fault is 'What was wrong at the last look; null: nothing.';

comment on column analytics.read_address.fault_count is 'Looks in a row that found a fault.';

comment on column analytics.read_address.lag_ms is
    'How far the server there was behind at the last look, in milliseconds: an upper bound; null: not known.';
