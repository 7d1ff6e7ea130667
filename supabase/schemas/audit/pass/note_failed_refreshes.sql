-- Object: freshet.note_failed_refreshes()
-- Why: a failed scheduled refresh rolls its own ledger row back, so the audit writes it from pg_cron's history.
create function freshet.note_failed_refreshes(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
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
$$;

revoke all on function freshet.note_failed_refreshes(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.note_failed_refreshes(freshet.audited_run[]) is
    'Writes the ledger rows of failed refreshes, which their own transactions rolled back. Not idempotent: each run is given once.';
