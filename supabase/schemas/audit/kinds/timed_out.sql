-- Kind: timed_out
-- Means: the last run of a job was cancelled by its statement timeout.
-- Why: a run that was cut off needs another repair than one that failed.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('timed_out', 'error', true, true, 'A run of a job was cancelled by its statement timeout.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    410, 'timed_out',
    'freshet.detect_timed_out($1)',
    true
);

create function freshet.detect_timed_out(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe_runs('timed_out', 'timed_out', runs);
$$;

revoke all on function freshet.detect_timed_out(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_timed_out(freshet.audited_run[]) is
    'Kind timed_out: a job whose last run was cancelled by its time limit. Not idempotent: each run is given once.';
