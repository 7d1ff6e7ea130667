-- Kind: audit_failed
-- Means: passes of the audit fail, so nothing new is detected.
-- Detector: analytics.note_failed_audit() in audit/pass/, called after a pass that failed.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('audit_failed', 'error', false, false, 'The audit''s own pass failed twice in a row: nothing new is detected.');
