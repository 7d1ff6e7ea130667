-- Object: analytics.rejected_groups
-- Grain: one row per incremental view with rejects and group of which something is left out
-- Why: counting all that a view leaves out reads all of its sources. What each group leaves out is kept, so that a
--      refresh counts the groups that changes touched, and the total moves by the difference.
create table analytics.rejected_groups (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    group_key jsonb not null check (jsonb_typeof(group_key) = 'object'),
    rejected_count bigint not null check (rejected_count > 0),
    primary key (view_name, group_key)
);

alter table analytics.rejected_groups enable row level security;

revoke all on table analytics.rejected_groups from public, anon, authenticated;

comment on table analytics.rejected_groups is
    'How much of each group an incremental view leaves out. Written by the statements of its refresh only; they add up to rejected_count of analytics.views.';

comment on column analytics.rejected_groups.group_key is
    'Columns of freshet.rejects_key() and their values, moments as of UTC; {}: what has no value in one of them.';
