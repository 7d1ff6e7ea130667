-- Object: analytics.source_changes
-- Grain: one row per statement that wrote to a source of a registered view
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so that no writer ever
--      waits for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists
--      that its own snapshot does not include, so a transaction that was open across a refresh is never lost.
-- Why statement_count: how many writes a table has seen is its version, and an answer that rests on the table can be cached under it. So a
--      trim no longer forgets how many statements it removed: rows that tell the views the same are folded into one that
--      carries their number. What a snapshot counts is the same before and after a fold, and moves with each commit.
--      A view that refreshes once a day would let a busy table's log grow for a day: a job trims it every five minutes.
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

comment on column analytics.source_changes.statement_count is 'How many statements the row stands for: more than one after a fold.';
