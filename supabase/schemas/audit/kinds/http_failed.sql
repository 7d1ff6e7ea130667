-- Kind: http_failed
-- Means: a run queued its HTTP call, and the call failed.
-- Detector: freshet.detect_http_calls() in audit/http/, called by freshet.detect_http() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('http_failed', 'error', true, true, 'A run succeeded in queueing its HTTP call, and the call failed.');
