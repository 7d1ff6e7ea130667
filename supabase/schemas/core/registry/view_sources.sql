-- Object: analytics.view_sources
-- Grain: one row per registered view and relation that it reads
-- Why: a write to a source makes the views that read it dirty, and a source is refreshed before them.
create table analytics.view_sources (
    view_name text not null references analytics.views (view_name) on delete cascade,
    source regclass not null,
    primary key (view_name, source)
);

create index view_sources_source_idx on analytics.view_sources (source);

alter table analytics.view_sources enable row level security;

revoke all on table analytics.view_sources from public, anon, authenticated;

comment on table analytics.view_sources is 'What each view reads, from pg_depend: tables, and materialized views that are its sources.';
