-- Object: analytics.source_relatives
-- Grain: one row per watched source and table of the same tree of partitions, or of inheritance
-- Why: a statement fires the statement triggers of the table that it names, and of no other. A write to a partition
--      fires none of the partitioned table's, and a write to that one none of the partition's. So each table through
--      which rows of a source may be written has a trigger, which finds the source here.
-- Why a table: the catalogue no longer shows which table a dropped or detached partition belonged to, and its rows
--      have left the source.
create table analytics.source_relatives (
    relation regclass not null,
    source regclass not null,
    primary key (relation, source),
    check (relation <> source)
);

alter table analytics.source_relatives enable row level security;

revoke all on table analytics.source_relatives from public, anon, authenticated;

comment on table analytics.source_relatives is
    'Tables through which rows of a watched source are written although a statement names another table. Written by freshet.watch_source, freshet.watch_sources and freshet.unwatch_source only.';

comment on column analytics.source_relatives.relation is
    'A partition or child of the source, at any depth, or a table whose partition or child the source is.';

comment on column analytics.source_relatives.source is 'The source whose change a write to the relation is.';
