-- Kind: restarted
-- Means: the server or its scheduler restarted while jobs ran.
-- Why: those runs are lost, for one reason that is not the job's.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('restarted', 'warning', false, false, 'The server or its scheduler restarted while jobs ran: those runs are lost.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    300, 'restarted',
    'freshet.detect_restarts($1)',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('restarted', 'orphan_owner', 'lasting', 1),
    ('restarted', 'read_only', 'lasting', 1);

create function freshet.detect_restarts(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe_struck_jobs('restarted', runs);
$$;

revoke all on function freshet.detect_restarts(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_restarts(freshet.audited_run[]) is
    'Kind restarted: runs that a restart ended, one incident for all jobs. Not idempotent: each run is given once.';
