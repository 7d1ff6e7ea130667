insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('http_failed', 'error', true, true, 'A run succeeded in queueing its HTTP call, and the call failed.');
