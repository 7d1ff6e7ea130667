-- Kind: flapping
-- Means: a subject goes wrong and recovers again and again.
-- Detector: freshet.has_flapped() in audit/incidents/, asked by freshet.observe_one() before an incident opens.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('flapping', 'error', false, false, 'It goes wrong and recovers again and again: announced once, until it has been well for long.');
