insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('audit_failed', 'error', false, false, 'The audit''s own pass failed twice in a row: nothing new is detected.');
