-- Kind: unknown_outcome
-- Means: neither an answer nor a completion is known of an HTTP call.
-- Detector: freshet.detect_http_calls() in audit/http/, called by freshet.detect_http() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unknown_outcome', 'warning', true, true, 'The outcome of an HTTP call is unknown: no answer was stored, and no completion written.');
