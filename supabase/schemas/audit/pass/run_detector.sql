-- Object: freshet.run_detector()
-- Why: a detector that failed gets its kept runs again, in smaller portions; see analytics.audit_detectors.
create function freshet.run_detector(
    detector analytics.audit_detectors, arrears freshet.audited_run[], runs freshet.audited_run[], calendar jsonb,
    new_epoch_reason text, pass_started_at timestamptz, time_ends_at timestamptz
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    takes_runs constant boolean := detector.call ~ '\$1\y';
    singly_until constant timestamptz := clock_timestamp() + interval '1 second';
    waiting freshet.audited_run[] := arrears || runs;
    -- A detector that ran out of time gets fewer runs at once.
    given_count integer := least(cardinality(waiting), case when detector.out_of_time_at is null then 20000 else 1000 end);
    refused_count integer := 0;
    failure jsonb;
    single_failure jsonb;
begin
    failure := freshet.call_detector(
        detector.call, waiting[1:given_count], calendar, new_epoch_reason, pass_started_at, time_ends_at
    );
    if not takes_runs then
        return failure;
    end if;

    if failure is not null then
        given_count := 0;
        -- After two failures runs are given one by one: a run that the detector cannot process is skipped, and does not
        -- take others along.
        while not (failure ->> 'is_passing')::boolean and given_count < cardinality(arrears) and clock_timestamp() < singly_until loop
            single_failure := freshet.call_detector(
                detector.call, waiting[given_count + 1:given_count + 1], calendar, null, pass_started_at, time_ends_at
            );
            exit when (single_failure ->> 'is_passing')::boolean;
            given_count := given_count + 1;
            refused_count := refused_count + (single_failure is not null)::integer;
        end loop;
    end if;
    perform freshet.keep_arrears(detector.detector, waiting[given_count + 1:]);

    if refused_count > 0 then
        failure := failure || jsonb_build_object('message', format('%s; runs left out: %s', failure ->> 'message', refused_count));
    end if;
    return failure;
end
$$;

revoke all on function freshet.run_detector(
    analytics.audit_detectors, freshet.audited_run[], freshet.audited_run[], jsonb, text, timestamptz, timestamptz
) from public, anon, authenticated;

comment on function freshet.run_detector(
    analytics.audit_detectors, freshet.audited_run[], freshet.audited_run[], jsonb, text, timestamptz, timestamptz
) is
    'Gives a detector the runs that it has not processed yet, and the new ones. Returns null, or how it failed.';
