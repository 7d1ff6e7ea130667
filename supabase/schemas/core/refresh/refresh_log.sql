-- Object: analytics.refresh_log
-- Grain: one row per attempt to refresh a view
-- Why: pg_cron knows that a command ran; the ledger knows what it did. A failed scheduled refresh rolls its own row
--      back, so the audit writes that row from pg_cron's history.
-- Why refresh_log_requested_by_check: a job takes one view after another, each with its own time limit. The limit of a statement counts from its begin, so
--      the view is chosen in one statement, which sets the limit, and refreshed in the next one. What was chosen is
--      committed before the work begins, so that an attempt which kills its process was counted.
create table analytics.refresh_log (
    id bigint generated always as identity primary key,
    view_name text not null,
    requested_by text not null check (requested_by in ('schedule', 'manual', 'request')),
    started_at timestamptz not null,
    finished_at timestamptz,
    outcome text not null check (outcome in ('refreshed', 'skipped_busy', 'skipped_clean', 'failed')),
    rows_before bigint,
    rows_after bigint,
    rejected_count bigint,
    version bigint,
    sqlstate text,
    message text,
    runid bigint
);

create index refresh_log_view_name_idx on analytics.refresh_log (view_name, id desc);

alter table analytics.refresh_log enable row level security;

revoke all on table analytics.refresh_log from public, anon, authenticated;

comment on table analytics.refresh_log is 'Ledger: one row per attempt to refresh a view.';

comment on column analytics.refresh_log.rejected_count is 'Source values left out because they could not be read.';

comment on column analytics.refresh_log.runid is 'cron.job_run_details.runid, where the audit wrote the row.';
