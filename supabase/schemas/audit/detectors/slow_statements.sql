-- Object: analytics.slow_statements
-- Grain: one row per statement that has once taken five seconds or more, as pg_stat_statements knows it
-- Why: pg_stat_statements only adds up. What an entry held at the last pass tells whether a statement was slow since.
create table analytics.slow_statements (
    queryid bigint not null,
    userid oid not null,
    calls_count bigint not null,
    total_ms numeric not null,
    max_ms numeric not null,
    last_slow_at timestamptz,
    last_slow_ms numeric,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (queryid, userid)
);

alter table analytics.slow_statements enable row level security;

revoke all on table analytics.slow_statements from public, anon, authenticated;

comment on table analytics.slow_statements is
    'Statements over relations of schema analytics with a run of five seconds or more. Written by freshet.watch_slow_statements only.';

comment on column analytics.slow_statements.last_slow_at is
    'The pass that found it slow since the pass before; null if it was slow only before the first pass.';
