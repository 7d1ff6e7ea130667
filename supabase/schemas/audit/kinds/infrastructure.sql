-- Kind: infrastructure
-- Means: pg_cron could not start or keep runs: no connection, no worker, or the connection was lost.
-- Why: every due job fails, for one reason that is not the job's.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('infrastructure', 'error', false, false, 'pg_cron could not start or keep a run: no connection, no worker, or the connection was lost.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    310, 'infrastructure',
    'freshet.detect_infrastructure($1)',
    true
);

create function freshet.detect_infrastructure(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe_struck_jobs('infrastructure', runs);
$$;

revoke all on function freshet.detect_infrastructure(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_infrastructure(freshet.audited_run[]) is
    'Kind infrastructure: runs that pg_cron could not start or keep, one incident for all jobs. Not idempotent: each run is given once.';
