-- Object: check constraints of every interval in schema analytics
-- Why: a time minus an absurd span is out of range, an error for whatever computes it: one typo in a registration would
--      then stop a detector for all views.

alter table analytics.views add constraint views_spans_check check (
    greatest(stale_after, warn_after, source_warn_after, source_error_after, rebuild_after, statement_timeout)
    <= interval '100 years'
);
alter table analytics.scheduled_jobs add constraint scheduled_jobs_spans_check check (
    greatest(period, late_after, max_runtime, min_runtime) <= interval '100 years'
);
alter table analytics.retention add constraint retention_spans_check check (keep_for <= interval '100 years');
