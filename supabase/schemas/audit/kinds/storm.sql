-- Kind: storm
-- Means: several incidents with one cause, announced as one; its severity is the highest of theirs.
-- Detector: freshet.gather_groups() in audit/alerts/, when incidents are announced.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('storm', 'warning', false, false, 'Several incidents with one cause, announced as one: its severity is the highest of theirs.');
