-- Object: analytics.view_bucket_versions
-- Grain: one row per incremental view and bucket of the values of its bucket column
-- Why: a change in one organisation would otherwise end the cached answers of all. A refresh by group knows the rows that
--      went and came, so it moves the versions of their buckets only, and an answer of which every row has one value of
--      the column rests on the version of that value's bucket. One row for each value would be exact, but grow with the
--      organisations, and all of it is read each second. Two values in one bucket only end each other's answers.
-- Why it holds: version v of a bucket says that the bucket's rows are those of version v of the view, and have not changed
--      since. So any answer may be named by it that was made from these rows.
create table analytics.view_bucket_versions (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    bucket integer not null check (bucket >= 0),
    version bigint not null,
    refreshed_at timestamptz not null,
    source_as_of timestamptz,
    primary key (view_name, bucket)
);

alter table analytics.view_bucket_versions enable row level security;

revoke all on table analytics.view_bucket_versions from public, anon, authenticated;

comment on table analytics.view_bucket_versions is
    'Which version of the view last changed a row of the bucket. Written by refresh_view, register_view and use_buckets only. No rows: every answer rests on the version of the view.';

comment on column analytics.view_bucket_versions.bucket is 'freshet.bucket_of(value, bucket_count): 0 to bucket_count - 1.';

comment on column analytics.view_bucket_versions.version is 'analytics.views.version of the refresh that last changed a row of the bucket.';

comment on column analytics.view_bucket_versions.refreshed_at is 'When that refresh began.';

comment on column analytics.view_bucket_versions.source_as_of is 'Newest source row at that moment; null if not known.';
