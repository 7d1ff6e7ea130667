-- Kind: row_collapse
-- Means: a refresh left a view with less than half of its rows, or none.
-- Detector: freshet.watch_views() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('row_collapse', 'warning', false, false, 'A refresh left a view with less than half of its rows, or none.');
