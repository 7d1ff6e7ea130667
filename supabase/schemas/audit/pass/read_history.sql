-- Object: freshet.read_history()
-- Why: a pass ends within the time that the platform gives a statement, whatever is in cron.job and its history, and
--      commits what it found. How much it reads at once depends on how long the last read took.
create function freshet.read_history(
    pass_started_at timestamptz, out runs freshet.audited_run[], out new_epoch_reason text, out run_count integer,
    out has_backlog boolean, out read_error text
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first constant boolean := (select s.judged_since is null from analytics.audit_state as s);
    batch_size constant integer := (select s.batch_size from analytics.audit_state as s);
begin
    new_epoch_reason := freshet.begin_epoch();
    if new_epoch_reason is not null then
        delete from freshet.detector_arrears;
    end if;
    perform freshet.skip_backlog(batch_size);
    -- The first pass reads all of it; later a backlog is read in batches.
    select array_agg(r order by r.runid) into runs
    from freshet.take_runs(case when is_first then null else batch_size end) as r;
    run_count := coalesce(cardinality(runs), 0);
    select count(*) = 100 into has_backlog
    from (
        select
        from cron.job_run_details as d
        where d.runid > (select s.low_runid from analytics.audit_state as s)
        limit 100
    ) as waiting;
    if is_first then
        perform freshet.begin_account(runs, pass_started_at);
        -- Nothing was relied on yet, so nothing is lost.
        new_epoch_reason := null;
        runs := null;
    end if;
exception
    -- pg_cron is gone, not readable, or returned unreadable data: that is a finding, not a reason to report nothing.
    when assert_failure or others then
        -- Another pass of half the size may succeed where this one did not.
        if freshet.is_passing(sqlstate) then
            raise;
        end if;
        run_count := 0;
        has_backlog := false;
        read_error := format('the run history of pg_cron cannot be read [%s]', sqlstate);
end
$$;

revoke all on function freshet.read_history(timestamptz) from public, anon, authenticated;

comment on function freshet.read_history(timestamptz) is
    'Takes the runs that ended, and moves the watermark past them; or returns why it could not, and has changed nothing. has_backlog: a hundred or more are left.';
