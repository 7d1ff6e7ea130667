-- Object: freshet.call_detector()
-- Grain: audit_detectors: one row per detector; detector_arrears: one row per detector that has not been given all runs
-- Why: what one detector cannot bear must end neither the others nor what they found. Each runs in a savepoint of its own,
--      its failure is a finding, and the runs that it failed to take wait for it.
create function freshet.call_detector(
    call text, runs freshet.audited_run[], calendar jsonb, new_epoch_reason text, pass_started_at timestamptz, time_ends_at timestamptz
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select %s', call) using runs, calendar, new_epoch_reason, pass_started_at;
    return null;
exception
    -- "others" leaves these two out.
    when query_canceled then
        -- The statement's time is over, once: what little follows it has none to be over. Who cancels by hand means the pass.
        if coalesce(clock_timestamp() < time_ends_at, true) then
            raise;
        end if;
        return jsonb_build_object('sqlstate', sqlstate, 'message', 'it used up the time of the pass', 'is_passing', true);
    when assert_failure or others then
        return jsonb_build_object(
            'sqlstate', sqlstate, 'message', left(sqlerrm, 2000), 'is_passing', freshet.is_passing(sqlstate)
        );
end
$$;

revoke all on function freshet.call_detector(text, freshet.audited_run[], jsonb, text, timestamptz, timestamptz)
    from public, anon, authenticated;

comment on function freshet.call_detector(text, freshet.audited_run[], jsonb, text, timestamptz, timestamptz) is
    'Calls one detector in a savepoint. Null, or how it failed; then nothing of what it wrote is left. time_ends_at: when the server ends the statement.';
