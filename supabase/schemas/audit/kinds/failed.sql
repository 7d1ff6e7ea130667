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
    -- A job without an owner keeps the scheduler in a crash loop.
    ('failed', 'not_refreshable', 'job', 6),
    ('failed', 'refresh_denied', 'job', 6);

-- Object: freshet.detect_failed()
-- Why: a detector says how its subjects stand and nothing else; freshet.observe judges. What struck a run from outside
--      (no connection, a restart, an unscheduling) or was cut off by its time limit is told by the detectors of those.
create function freshet.detect_failed(runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.note_failed_refreshes(runs);
    perform freshet.observe_runs('failed', 'failed', runs);
end
$$;

revoke all on function freshet.detect_failed(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_failed(freshet.audited_run[]) is
    'Kind failed: a job whose last run failed. Also writes the ledger rows of failed refreshes. Not idempotent: each run is given once.';
