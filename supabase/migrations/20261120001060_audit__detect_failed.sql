-- Object: private.detect_failed()
-- Why: a detector says how its subjects stand and nothing else; private.observe judges. What struck a run from outside
--      (no connection, a restart, an unscheduling) or was cut off by its time limit is told by the detectors of those.

create function private.detect_failed(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- A failing transaction takes its own ledger row with it, so the ledger hears of it here.
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome, rows_before, version, sqlstate, message, runid
    )
    select
        v.view_name, 'schedule', coalesce(r.started_at, r.ended_at, clock_timestamp()), r.ended_at, 'failed',
        v.row_count, v.version, r.sqlstate, r.message, r.runid
    from unnest(runs) as r
    join analytics.views as v on v.job_name = r.job_name
    where r.status = 'failed'
    order by r.runid;

    perform private.observe_runs('failed', 'failed', runs);
end
$$;
revoke all on function private.detect_failed(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_failed(private.audited_run[]) is
    'Kind failed: a job whose last run failed. Also writes the ledger rows of failed refreshes. Not idempotent: each run is given once.';
