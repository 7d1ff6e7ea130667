-- Object: analytics.unsettled_changes
-- Grain: one row per view with refresh_on_change whose sources have changed and that is not requested yet
-- Why: a burst is refreshed once, after it has settled. A burst that does not settle is refreshed after the time that
--      the view allows between two refreshes, counted from the moment in this row.
create table analytics.unsettled_changes (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    seen_at timestamptz not null default clock_timestamp()
);

alter table analytics.unsettled_changes enable row level security;

revoke all on table analytics.unsettled_changes from public, anon, authenticated;

comment on table analytics.unsettled_changes is 'Written by freshet.request_changed_refreshes() only.';

comment on column analytics.unsettled_changes.seen_at is 'When the change was first seen.';
