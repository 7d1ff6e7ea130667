-- Object: freshet.call_detector()
-- Why: the savepoint around one detector; see analytics.audit_detectors.
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
    -- "others" does not include these two.
    when query_canceled then
        -- A statement times out only once: the little that follows has no limit. A cancellation by hand means the whole
        -- pass.
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
    'Calls one detector in a savepoint. Returns null, or how it failed; then everything that it wrote is rolled back. time_ends_at: when the server ends the statement.';
