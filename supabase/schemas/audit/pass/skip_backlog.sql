-- Object: freshet.skip_backlog()
-- Why: the first pass takes what is there as its starting point. Runs that have ended go into the ledger and to no detector;
--      runs that are open are followed, but for those that died before.
create function freshet.skip_backlog(batch_size integer)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Months may lie between the migrations and the first pass. Of a job that is late or open the newest rows tell.
    update analytics.audit_state as s
    set low_runid = greatest(s.low_runid, (select o.runid from cron.job_run_details as o order by o.runid desc offset batch_size limit 1))
    where s.judged_since is null;
$$;

revoke all on function freshet.skip_backlog(integer) from public, anon, authenticated;

comment on function freshet.skip_backlog(integer) is
    'Before the first pass: lets the watermark begin so many runs from the end of the history. Idempotent.';
