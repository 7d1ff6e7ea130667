-- Object: freshet.begin_epoch()
-- Why: after a restore, a clone or a new extension, runids start again or belong to another history, and the watermark
--      means nothing.
create function freshet.begin_epoch()
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    cluster constant text := freshet.system_identifier();
    history constant oid := 'cron.job_run_details'::regclass::oid;
    present_timeline constant integer := freshet.cluster_timeline();
    newest_runid bigint;
    reason text;
begin
    select * into strict state from analytics.audit_state;
    select max(d.runid) into newest_runid from cron.job_run_details as d;

    if history <> state.history_relation then
        reason := 'the extension pg_cron was created again';
    elsif newest_runid < state.low_runid then
        reason := format('runids went back from %s to %s', state.low_runid, newest_runid);
    elsif cluster <> state.system_identifier then
        reason := 'the database runs on another cluster: restored or cloned';
    elsif present_timeline <> state.timeline then
        reason := format(
            'the database was restored to an earlier moment, or a standby took over (timeline %s, before it %s): what was written since is gone, runs and incidents with it',
            present_timeline, state.timeline
        );
    else
        return null;
    end if;

    -- Open runs of another history can never be seen to end; those of a restored one can.
    if history = state.history_relation and newest_runid >= state.low_runid then
        update analytics.open_runs set epoch = state.epoch + 1;
    else
        delete from analytics.open_runs;
        update analytics.audit_state set low_runid = 0;
        -- Pace is remembered by runid and would hide the new runs, whose numbers are lower.
        delete from analytics.job_pace;
        update analytics.view_watch set judged_runid = null;
        update analytics.struck_jobs set runid = 0;
    end if;

    -- The audit waits for a run of its own again.
    update analytics.audit_state as s
    set epoch = s.epoch + 1,
        system_identifier = cluster,
        history_relation = history,
        timeline = present_timeline,
        canary_seen_at = clock_timestamp();
    return reason;
end
$$;

revoke all on function freshet.begin_epoch() from public, anon, authenticated;

comment on function freshet.begin_epoch() is
    'Begins a new epoch when runids can no longer be compared with the watermark, and returns why; null otherwise.';
