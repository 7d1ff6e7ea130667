-- Object: analytics.view_watch
-- Grain: one row per registered view
-- Why: that a refresh happened is proved by the catalogue, not by whoever says that it did: it writes the view's row of
--      pg_class anew, even when no data has changed, and nothing else that goes on by itself does.
create table analytics.view_watch (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    relation oid,
    row_xmin text,
    filenode oid,
    version bigint not null,
    judged_runid bigint,
    row_baseline bigint
);

alter table analytics.view_watch enable row level security;

revoke all on table analytics.view_watch from public, anon, authenticated;

comment on table analytics.view_watch is 'What the audit remembers of each view between two passes.';

comment on column analytics.view_watch.row_xmin is 'Writing transaction of the view''s row in pg_class: another one after each refresh.';

comment on column analytics.view_watch.judged_runid is 'The last run that succeeded, as far as it was held against the ledger.';

comment on column analytics.view_watch.row_baseline is 'Rows of the last refresh that was not suspicious.';
