-- Object: freshet.purge_runs()
-- Why: deletes by runid, the only index of the history, and keeps what the audit still needs: whose runs may go is
--      decided by analytics.retention.
create function freshet.purge_runs(rule analytics.retention)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    -- The newest run always stays: a history that seems to go back would begin a new epoch.
    newest_runid constant bigint := (select max(d.runid) from cron.job_run_details as d);
    ended_before constant timestamptz := now() - rule.keep_for;
    rule_name text;
    swept_runid bigint;
    youngest_old_runid bigint;
    first_kept_runid bigint;
    timeless_up_to bigint;
    deleted_count bigint;
begin
    select * into strict state from analytics.audit_state;
    -- Runs of other jobs that stay would be read again each hour. A changed rule, or a new history, starts from the
    -- beginning.
    rule_name := format('%s %s %s', rule.keep_for, rule.of_all_jobs, state.epoch);
    swept_runid := case when rule.swept ->> 'rule' = rule_name then (rule.swept ->> 'runid')::bigint else 0 end;

    -- The lowest runids are the oldest. Some have no times, as they never started: one that is followed by an old
    -- enough run is old enough itself.
    with lowest as (
        select d.runid, coalesce(freshet.run_time(d.end_time), freshet.run_time(d.start_time)) as ended_at
        from cron.job_run_details as d
        where d.status in ('succeeded', 'failed')
            and d.runid > swept_runid
            and d.runid <= state.low_runid
            and d.runid < newest_runid
        order by d.runid
        limit rule.batch_size
    )
    select max(l.runid) filter (where l.ended_at < ended_before), case when max(l.ended_at) is null then max(l.runid) end
    into youngest_old_runid, timeless_up_to
    from lowest as l;

    -- A whole batch of them: the first run with times after it decides.
    if timeless_up_to is not null then
        select case when d.end_time < ended_before then timeless_up_to end into youngest_old_runid
        from cron.job_run_details as d
        where d.runid > timeless_up_to and freshet.run_time(d.end_time) is not null
        order by d.runid
        limit 1;
    end if;

    delete from cron.job_run_details as d
    where d.runid > swept_runid
        and d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and (rule.of_all_jobs or freshet.is_own_run(d.command))
        and coalesce(freshet.run_time(d.end_time), freshet.run_time(d.start_time), '-infinity') < ended_before
        -- An open run is read again by its runid, by the pass that sees it end.
        and not exists (select from analytics.open_runs as o where o.epoch = state.epoch and o.runid = d.runid);
    get diagnostics deleted_count = row_count;

    -- A run that has to stay for now is looked at again.
    select min(d.runid) into first_kept_runid
    from cron.job_run_details as d
    where d.runid > swept_runid
        and d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and (rule.of_all_jobs or freshet.is_own_run(d.command));
    update analytics.retention as r
    set swept = r.swept || jsonb_build_object('rule', rule_name, 'runid', coalesce(first_kept_runid - 1, youngest_old_runid))
    where r.history = rule.history and youngest_old_runid is not null;

    delete from analytics.known_jobs as k
    where k.last_seen_at < least(ended_before, state.last_audit_at - rule.keep_for);
    return deleted_count;
end
$$;

revoke all on function freshet.purge_runs(analytics.retention) from public, anon, authenticated;

comment on function freshet.purge_runs(analytics.retention) is
    'Deletes Freshet''s old runs, by runid, or those of all jobs where the rule says so, and forgets jobs that have been gone as long. Never above the watermark of the audit, never an open run, never the newest.';
