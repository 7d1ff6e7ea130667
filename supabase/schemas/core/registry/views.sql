-- Object: analytics.views
-- Grain: one row per registered materialized view
-- Why: one row holds what a view declares and its current state, so that version and age are read with one key.
-- Why views_spans_check: a time minus an absurd span is out of range and raises in every query that computes it: one
--      typo in a registration would stop a detector for all views.
create table analytics.views (
    view_name text primary key,
    pack text not null,
    job_name text not null unique,
    schedule text not null,
    stale_after interval not null check (stale_after > interval '0'),
    warn_after interval check (warn_after > interval '0' and warn_after < stale_after),
    source_warn_after interval check (source_warn_after > interval '0'),
    source_error_after interval check (source_error_after > interval '0'),
    rebuild_after interval not null check (rebuild_after > interval '0'),
    statement_timeout interval not null check (statement_timeout > interval '0'),
    source_at_table regclass,
    source_at_column name,
    rejects regclass,
    version bigint not null default 0,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    source_snapshot pg_snapshot,
    row_count bigint,
    rejected_count bigint,
    registered_at timestamptz not null default now(),
    refresh_on_change interval check (refresh_on_change > interval '0'),
    bucket_by name,
    bucket_count integer not null default 256 check (bucket_count in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)),
    watched_tables oid[],
    watch_state text,
    check ((source_at_table is null) = (source_at_column is null)),
    check (source_warn_after < source_error_after),
    check (source_at_table is not null or coalesce(source_warn_after, source_error_after) is null),
    constraint views_source_as_of_check
        check (source_as_of between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    constraint views_refreshed_at_check
        check (refreshed_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    constraint views_verified_at_check
        check (verified_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    constraint views_spans_check check (
        greatest(
            stale_after, warn_after, source_warn_after, source_error_after, rebuild_after, statement_timeout, refresh_on_change
        ) <= interval '100 years'
    )
);

alter table analytics.views enable row level security;

revoke all on table analytics.views from public, anon, authenticated;

comment on table analytics.views is 'Registry: one row per registered view. Written by register_view and refresh_view only.';

comment on column analytics.views.stale_after is 'Objective: the greatest age (now - verified_at) at which an answer still counts as fresh.';

comment on column analytics.views.warn_after is 'Age at which the audit warns; null: only at the objective.';

comment on column analytics.views.source_warn_after is 'Age of the newest source row, when the view was verified, at which the audit warns.';

comment on column analytics.views.source_error_after is
    'Age of the newest source row at which the audit reports an error: the writer of the source has stopped.';

comment on column analytics.views.rebuild_after is
    'A refresh is not skipped as clean when the last real one is older than this: catches writes that fire no trigger.';

comment on column analytics.views.rejects is
    'Plain view of source values that the view leaves out; counted at each refresh.';

comment on column analytics.views.version is 'Moves by one whenever rows were recomputed, of an incremental view when rows changed; part of every cache key.';

comment on column analytics.views.refreshed_at is 'When the rows were computed.';

comment on column analytics.views.verified_at is
    'When the rows were last known to equal their sources: after a refresh, or after one skipped as clean.';

comment on column analytics.views.bucket_by is 'The column that analytics.use_buckets named; null: the first one that can be.';

comment on column analytics.views.bucket_count is 'Buckets of an incremental view: a power of two, at most 1,024.';

comment on column analytics.views.watched_tables is 'The sources, the tables of their trees of partitions, and freshet.objects_of_query(view_name), when watch_state was read.';

comment on column analytics.views.watch_state is
    'freshet.watch_state(watched_tables) at the last refresh; null: some write to them was not logged then, or there was none.';

comment on column analytics.views.source_snapshot is
    'Transactions that the rows include; a change by any other one makes the view dirty.';

comment on column analytics.views.source_as_of is
    'Newest source row at that moment, of those between 1900 and 2200: dates of a broken clock do not count.';

comment on column analytics.views.refresh_on_change is
    'Shortest time between two refreshes that changes of the sources cause; null: refreshed by its schedule alone.';

create trigger source_moments_are_believable before insert or update of source_as_of on analytics.views
    for each row
    when (new.source_as_of not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00')
    execute function freshet.believe_source_moment();
