-- Object: analytics.unwatched_views
-- Grain: unwatched_views: one row per view that may stay without a job
-- Why: a view that no job refreshes is never wrong and never right; a job whose role does not own its view fails at night; and a
--      plain refresh keeps every reader waiting where a concurrent one would keep none. All three stand in the catalog.
create table analytics.unwatched_views (
    view_name text primary key check (view_name ~ '^[^.]+\..+$'),
    reason text,
    added_at timestamptz not null default now()
);

alter table analytics.unwatched_views enable row level security;

revoke all on table analytics.unwatched_views from public, anon, authenticated;

comment on table analytics.unwatched_views is 'Materialized views that may stay without a job. Written by hand.';

comment on column analytics.unwatched_views.view_name is 'schema.name, as kind unrefreshed tells it.';
