-- Object: analytics.backfills
-- Grain: one row per name of a backfill, about its last run
-- Why: a backfill commits batch by batch, and after an interruption continues where it stopped.
create table analytics.backfills (
    backfill text primary key,
    after_id uuid,
    examined_count bigint not null default 0,
    written_count bigint not null default 0,
    removed_count bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

alter table analytics.backfills enable row level security;

revoke all on table analytics.backfills from public, anon, authenticated;

comment on table analytics.backfills is 'How far each backfill has come.';

comment on column analytics.backfills.after_id is 'Everything up to this key is done; null before the first batch.';

comment on column analytics.backfills.finished_at is 'Null while it is under way. A later call begins again.';
