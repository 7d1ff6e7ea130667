-- Kind: detector_failed
-- Means: a part of the audit failed; what it looks for is not found, everything else is.
-- Detector: freshet.note_detector() and freshet.run_audit_pass() in audit/pass/; freshet.observe() in audit/incidents/
--      for a finding that cannot be written.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('detector_failed', 'error', false, false, 'A part of the audit failed: what it looks for is not found, everything else is.');
