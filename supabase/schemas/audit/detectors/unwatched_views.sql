-- Object: analytics.unwatched_views
-- Grain: one row per view that may stay without a job
-- Why: some views are refreshed by hand on purpose, and kind unrefreshed must not report them.
create table analytics.unwatched_views (
    view_name text primary key check (view_name ~ '^[^.]+\..+$'),
    reason text,
    added_at timestamptz not null default now()
);

alter table analytics.unwatched_views enable row level security;

revoke all on table analytics.unwatched_views from public, anon, authenticated;

comment on table analytics.unwatched_views is 'Materialized views that may stay without a job. Written by hand.';

comment on column analytics.unwatched_views.view_name is 'schema.name, as kind unrefreshed reports it.';
