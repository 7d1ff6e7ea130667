-- Object: analytics.view_mappings
-- Grain: one row per incremental view, reference to a source in its query, and column of the view's group key
-- Why: a row of the source can only touch groups whose key column equals the source key. Derived from the planner by
--      freshet.group_mappings(), never declared.
create table analytics.view_mappings (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    source regclass not null,
    reference smallint not null,
    key_column name not null,
    place smallint,
    has_null_group boolean not null default false,
    primary key (view_name, source, reference, key_column),
    foreign key (source, place) references analytics.source_keys (source, place)
);

create index view_mappings_source_idx on analytics.view_mappings (source, place);

alter table analytics.view_mappings enable row level security;

revoke all on table analytics.view_mappings from public, anon, authenticated;

comment on table analytics.view_mappings is 'Which groups of a view a row of a source can touch.';

comment on column analytics.view_mappings.reference is 'A query that reads a source twice has two references to it, from 1 on.';

comment on column analytics.view_mappings.has_null_group is
    'Whether the query may have rows without this key. The view cannot, so after a source row without it was written the refresh looks for such rows, and fails if there are any.';

comment on column analytics.view_mappings.place is 'analytics.source_keys.place; null: groups with any value of the column.';
