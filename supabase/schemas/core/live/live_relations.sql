-- Object: analytics.live_relations
-- Grain: one row per relation that answers read as it is now, without a materialized view between
-- Why: some answers are about this moment: who reports to whom, a person's last attempts. They are read from tables,
--      and still cached: the version of a live relation is the number of statements that wrote to its tables, so that
--      an answer made before a commit is never served after it.
-- Why moments: some live data changes without a write: a membership with an end date is over when that moment comes. An
--      answer from before it would be served until its reuse bound, and confirmed by a 304 for ever. So the version of
--      such a relation also moves with each moment that passes. It counts writes in thousands, plus the moments that
--      have passed since the last write: two states with the same writes differ only by what time has done.
create table analytics.live_relations (
    live_name text primary key check (live_name ~ '^[a-z][a-z0-9_]{0,62}$'),
    pack text not null,
    sources regclass[] not null check (cardinality(sources) > 0),
    registered_at timestamptz not null default now(),
    moments text[] not null default '{}'
);

alter table analytics.live_relations enable row level security;

revoke all on table analytics.live_relations from public, anon, authenticated;

comment on table analytics.live_relations is 'Registry of relations that are read live. Written by register_live only.';

comment on column analytics.live_relations.live_name is 'A relation of schema analytics, or the name of a scope relation.';

comment on column analytics.live_relations.sources is
    'The tables that it reads; each write to one of them moves its version.';

comment on column analytics.live_relations.moments is
    'Columns of its tables, as schema.table.column, whose moments change the relation when they pass.';
