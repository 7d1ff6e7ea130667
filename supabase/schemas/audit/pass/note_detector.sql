-- Object: freshet.note_detector()
-- Why: a failing detector is a finding like any other.
create function freshet.note_detector(detector text, failure jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_skipped constant boolean := coalesce((failure ->> 'is_skipped')::boolean, false);
    state_before text;
begin
    select f.state into state_before
    from analytics.findings as f
    where f.kind = 'detector_failed' and f.subject = note_detector.detector;

    update analytics.audit_detectors as d
    set was_skipped = is_skipped,
        out_of_time_at = case
            when is_skipped then d.out_of_time_at
            when failure ->> 'sqlstate' = '57014' then clock_timestamp()
        end
    where d.detector = note_detector.detector
        and (failure ->> 'sqlstate' is not distinct from '57014' or d.out_of_time_at is not null or d.was_skipped);

    -- A detector that never failed needs no observation; an error that may pass by itself counts when it comes twice.
    if failure is not null or state_before <> 'ok' then
        perform freshet.observe(
            kind => 'detector_failed',
            subject => detector,
            state => case
                when failure is null then 'ok'
                when (failure ->> 'is_passing')::boolean and coalesce(state_before, 'ok') = 'ok' then 'unknown'
                else 'bad'
            end,
            observed_at => clock_timestamp(),
            evidence => coalesce(failure, '{}') || jsonb_build_object('detector', detector)
        );
    end if;
end
$$;

revoke all on function freshet.note_detector(text, jsonb) from public, anon, authenticated;

comment on function freshet.note_detector(text, jsonb) is
    'Kind detector_failed: how a detector ended; failure is null when it did its work.';
