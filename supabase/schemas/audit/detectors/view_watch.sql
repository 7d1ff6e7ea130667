-- Object: analytics.view_watch
-- Grain: one row per registered view
-- Why: the catalogue proves that a refresh happened, whatever the ledger says; see freshet.watch_views().
create table analytics.view_watch (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    relation oid,
    filenode oid,
    version bigint not null,
    judged_runid bigint,
    row_baseline bigint,
    write_mark text,
    unproved_at timestamptz
);

alter table analytics.view_watch enable row level security;

revoke all on table analytics.view_watch from public, anon, authenticated;

comment on table analytics.view_watch is 'What the audit remembers of each view between two passes.';

comment on column analytics.view_watch.version is 'The version that write_mark belongs to.';

comment on column analytics.view_watch.write_mark is 'freshet.write_mark() of the view: another one after each refresh that wrote it.';

comment on column analytics.view_watch.unproved_at is
    'Of an incremental view: when its version was first seen to have moved on while write_mark had not, which counters that are late explain. Null: nothing is open.';

comment on column analytics.view_watch.judged_runid is 'The last succeeded run that was compared with the ledger.';

comment on column analytics.view_watch.row_baseline is 'Rows of the last refresh that was not suspicious.';
