-- Kind: not_refreshed
-- Means: a refresh is recorded as succeeded, and the view was not touched.
-- Detector: freshet.watch_views() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('not_refreshed', 'error', false, false, 'A refresh is recorded as succeeded, but the view was not touched.');
