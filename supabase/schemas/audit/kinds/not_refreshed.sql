insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('not_refreshed', 'error', false, false, 'A refresh is said to have succeeded, and the view was not touched.');
