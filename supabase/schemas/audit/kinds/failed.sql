-- Kind: failed
-- Means: the last run of a job failed.
-- Why: runs that were struck from outside (no connection, a restart, an unscheduling) or cut off by their time limit
--      are reported by the detectors of those kinds.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('failed', 'error', true, true, 'A run of a job ended in failure.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    320, 'failed',
    'freshet.detect_failed($1)',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    ('failed', 'not_refreshable', 'job', 6),
    ('failed', 'refresh_denied', 'job', 6);

create function freshet.detect_failed(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.note_failed_refreshes(runs);
    select freshet.observe_runs('failed', 'failed', runs);
$$;

revoke all on function freshet.detect_failed(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_failed(freshet.audited_run[]) is
    'Kind failed: a job whose last run failed. Also writes the ledger rows of failed refreshes. Not idempotent: each run is given once.';
