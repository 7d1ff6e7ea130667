insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('storm', 'warning', false, false, 'Several incidents with one cause, told as one: its severity is that of the worst of them.');
