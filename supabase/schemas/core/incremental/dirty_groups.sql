-- Object: analytics.dirty_groups
-- Grain: one row per key that a fold took out of a key log for a view that does not include its change yet
-- Why: a view that refreshes once a day would keep the logs of its sources for a day. Its keys wait here, each once.
-- Why no key: a fold never waits for another transaction.
create table analytics.dirty_groups (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    group_key jsonb not null check (jsonb_typeof(group_key) = 'object')
);

create index dirty_groups_view_name_idx on analytics.dirty_groups (view_name);

alter table analytics.dirty_groups enable row level security;

revoke all on table analytics.dirty_groups from public, anon, authenticated;

comment on table analytics.dirty_groups is 'Written by freshet.fold_keys(), emptied by the refresh that includes the changes.';

comment on column analytics.dirty_groups.group_key is
    'Columns of the group key and their values; columns left out: any value; {}: everything.';
