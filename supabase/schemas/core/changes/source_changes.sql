-- Object: analytics.source_changes
-- Grain: one row per statement that wrote to a source of a registered view or live relation, or per fold of such rows
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so a writer never waits
--      for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists that its
--      own snapshot does not include, so a transaction that was open across a refresh is never lost.
-- Why statement_count: the number of writes to a table is its version, and cached answers rest on it. So a trim keeps
--      the number: rows that mean the same to every view are folded into one row with their count. The count that a
--      snapshot sees is the same before and after a fold, and moves with each commit. A view that refreshes once a day
--      would let a busy table's log grow for a day, so a job trims it every five minutes.
create table analytics.source_changes (
    source regclass not null,
    txid xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default clock_timestamp(),
    statement_count bigint not null default 1 check (statement_count > 0)
);

create index source_changes_source_idx on analytics.source_changes (source, txid);

alter table analytics.source_changes enable row level security;

revoke all on table analytics.source_changes from public, anon, authenticated;

comment on table analytics.source_changes is
    'Change log of the sources of registered views and live relations. Appended to by writers; folded by refreshes and by job trim-source-changes.';

comment on column analytics.source_changes.statement_count is
    'How many statements the row stands for: more than one after a fold.';
