-- Object: analytics.incremental_views
-- Grain: one row per registered view whose refresh recomputes only the groups that changes touched
-- Why: such a view is a table of the view's name, and its query is kept as the plain view freshet.definition_of_<view>.
--      The row says which columns make a group, and holds the statements that refresh it: they follow from the mappings
--      alone, so they are written once, at the registration.
-- Why costs: a refresh of many groups is dearer than computing everything. Where that begins depends on the view, so
--      both costs are measured at each refresh; see freshet.note_group_costs().
create table analytics.incremental_views (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    row_key name[] not null check (cardinality(row_key) > 0),
    group_key name[] not null check (cardinality(group_key) > 0),
    rebuild_on regclass[] not null default '{}',
    count_statement text,
    groups_statement text,
    rebuild_statement text,
    rebuilt_at timestamptz,
    rebuild_ms double precision check (rebuild_ms >= 0),
    group_ms double precision check (group_ms >= 0),
    unexplained_count bigint not null default 0 check (unexplained_count >= 0),
    slow_run_count integer not null default 0 check (slow_run_count >= 0),
    fill_statement text,
    bucket_by name,
    buckets jsonb,
    source_as_of timestamptz
);

alter table analytics.incremental_views enable row level security;

revoke all on table analytics.incremental_views from public, anon, authenticated;

comment on table analytics.incremental_views is
    'Views that are refreshed by group. Written by register_view and refresh_view only.';

comment on column analytics.incremental_views.row_key is 'Columns of the unique index: a row is replaced by the row with the same key.';

comment on column analytics.incremental_views.group_key is
    'Columns of the view from which the mappings of its sources are derived: the row key, or incremental_by of register_view.';

comment on column analytics.incremental_views.rebuild_on is 'Sources of which any change recomputes the whole view.';

comment on column analytics.incremental_views.count_statement is 'Returns (snapshot, dirty groups, whether everything is dirty).';

comment on column analytics.incremental_views.groups_statement is
    'Replaces the dirty groups; returns (snapshot, dirty groups, rows deleted, inserted, changed, unexplained).';

comment on column analytics.incremental_views.rebuild_statement is
    'Computes everything and writes the rows that differ; returns the same as groups_statement.';

comment on column analytics.incremental_views.fill_statement is
    'Computes everything into the empty table; returns the same as groups_statement.';

comment on column analytics.incremental_views.rebuilt_at is 'When everything was last computed: older than rebuild_after, it is done again.';

comment on column analytics.incremental_views.rebuild_ms is 'Moving average of the milliseconds that computing everything takes; null before the first time.';

comment on column analytics.incremental_views.group_ms is
    'Moving average of the milliseconds that one dirty group takes; large refreshes weigh most. Null before the first refresh by group.';

comment on column analytics.incremental_views.unexplained_count is
    'Rows that the last judged rebuild had to write although no logged change explains them. Not 0: a write was not logged.';

comment on column analytics.incremental_views.slow_run_count is
    'Refreshes in a row of which the groups took longer, or would have, than computing everything; see kind groups_slow.';

comment on column analytics.incremental_views.bucket_by is
    'The column of which each value belongs to a bucket with a version of its own; null: the view has no buckets. See analytics.use_buckets.';

comment on column analytics.incremental_views.buckets is
    'freshet.bucket_list(view_name), written with analytics.view_bucket_versions, since it is read each second; null without buckets.';

comment on column analytics.incremental_views.source_as_of is
    'Newest source row when the version last moved: what the answers of that version say.';
