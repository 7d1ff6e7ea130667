-- Object: analytics.export_pages
-- Grain: one row per at most 5,000 rows of a frozen export
-- Why: one snapshot of the answer, so that a refresh in between does not mix versions in a file. As text of a
--      whole page, which the server compresses, it takes a quarter of what single jsonb rows take.
create table analytics.export_pages (
    export_id uuid not null references analytics.export_jobs on delete cascade,
    page integer not null,
    row_count integer not null,
    byte_count integer not null,
    rows text not null,
    primary key (export_id, page)
);

alter table analytics.export_pages enable row level security;

revoke all on table analytics.export_pages from public, anon, authenticated, service_role;

comment on table analytics.export_pages is
    'Rows of exports that are not rendered yet. A page goes when its rows are in export_chunks.';

comment on column analytics.export_pages.rows is 'A JSON array of objects.';

comment on column analytics.export_pages.byte_count is 'Size of rows in bytes, before compression.';
