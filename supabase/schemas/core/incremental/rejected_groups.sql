-- Object: analytics.rejected_groups
-- Grain: one row per incremental view with rejects and group of which something is left out
-- Why: counting all that a view leaves out reads all of its sources. What each group leaves out is kept, so that a
--      refresh counts the groups that changes touched, and the total moves by the difference.
-- Why no unique key: a text that is too long for a group may be too long for an index too. Only refreshes write, one at a
--      time for each view, and each replaces the row of its group.
create table analytics.rejected_groups (
    id bigint generated always as identity primary key,
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    group_key jsonb not null check (jsonb_typeof(group_key) = 'object'),
    rejected_count bigint not null check (rejected_count > 0)
);

create index rejected_groups_group_key_idx on analytics.rejected_groups using hash (group_key);

create index rejected_groups_view_name_idx on analytics.rejected_groups (view_name);

alter table analytics.rejected_groups enable row level security;

revoke all on table analytics.rejected_groups from public, anon, authenticated;

comment on table analytics.rejected_groups is
    'How much of each group an incremental view leaves out. Written by the statements of its refresh only; they add up to rejected_count of analytics.views.';

comment on column analytics.rejected_groups.group_key is
    'Columns of freshet.rejects_key() and their values, moments as of UTC; {}: what has no value in one of them.';
