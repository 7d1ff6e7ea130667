-- Object: analytics.refresh_log
-- Grain: one row per attempt to refresh a view
-- Why: pg_cron knows that a command ran; the ledger knows what it did. A failed scheduled refresh rolls its own row
--      back, so the audit writes that row from pg_cron's history.
create table analytics.refresh_log (
    id bigint generated always as identity primary key,
    view_name text not null,
    requested_by text not null check (requested_by in ('schedule', 'manual', 'request', 'change')),
    started_at timestamptz not null,
    finished_at timestamptz,
    outcome text not null check (outcome in ('refreshed', 'skipped_busy', 'skipped_clean', 'failed')),
    rows_before bigint,
    rows_after bigint,
    rejected_count bigint,
    version bigint,
    sqlstate text,
    message text,
    runid bigint,
    group_count bigint,
    changed_count bigint,
    unexplained_count bigint
);

create index refresh_log_view_name_idx on analytics.refresh_log (view_name, id desc);

alter table analytics.refresh_log enable row level security;

revoke all on table analytics.refresh_log from public, anon, authenticated;

comment on table analytics.refresh_log is 'Ledger: one row per attempt to refresh a view.';

comment on column analytics.refresh_log.rejected_count is
    'Source values that the view leaves out because they could not be read.';

comment on column analytics.refresh_log.runid is 'cron.job_run_details.runid, where the audit wrote the row.';

comment on column analytics.refresh_log.group_count is
    'Of an incremental view: groups that logged changes had touched since the refresh before. Null for a materialized view, a failure, and where any group may have changed: a first fill, a truncated source, a source of rebuild_on.';

comment on column analytics.refresh_log.changed_count is
    'Of an incremental view: rows inserted, changed or deleted by the refresh. With 0 the version stays, except by the first fill. Null for a materialized view and a failure.';

comment on column analytics.refresh_log.unexplained_count is
    'Of an incremental view: those of changed_count that no logged change explains. Null where everything was not computed, or could not be judged: group_count is null then.';
