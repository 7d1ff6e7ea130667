-- Object: analytics.slow_reads
-- Grain: one row per resource that the read path has once waited too long for
-- Why: only the functions know which resource a slow question to the database was for, and that its caller waited.
create table analytics.slow_reads (
    resource text primary key check (resource ~ '^[a-z0-9_./-]{1,200}$'),
    first_slow_at timestamptz not null default clock_timestamp(),
    last_slow_at timestamptz not null default clock_timestamp(),
    slow_count bigint not null default 1,
    request_id uuid not null,
    read_ms integer not null check (read_ms >= 0)
);

alter table analytics.slow_reads enable row level security;

revoke all on table analytics.slow_reads from public, anon, authenticated;

comment on table analytics.slow_reads is
    'What the functions reported about reads of five seconds or more. Written by report_slow_read; 1,000 resources at most.';

comment on column analytics.slow_reads.slow_count is 'Reports, not requests: an isolate reports a resource once a minute at most.';

comment on column analytics.slow_reads.request_id is 'Request of the last report: the function''s log has a line of it.';

comment on column analytics.slow_reads.read_ms is 'How long the last reported read took, or was waited for before it was given up.';
