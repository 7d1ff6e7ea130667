-- Object: freshet.skip_backlog()
-- Why: the first pass takes the existing history as its starting point, and need not read all of it.
create function freshet.skip_backlog(batch_size integer)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Months may lie between the migrations and the first pass. The newest rows are enough to judge late or open jobs.
    update analytics.audit_state as s
    set low_runid = greatest(s.low_runid, (select o.runid from cron.job_run_details as o order by o.runid desc offset batch_size limit 1))
    where s.judged_since is null;
$$;

revoke all on function freshet.skip_backlog(integer) from public, anon, authenticated;

comment on function freshet.skip_backlog(integer) is
    'Before the first pass: moves the watermark to this many runs before the end of the history. Idempotent.';
