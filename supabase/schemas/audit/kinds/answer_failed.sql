-- Kind: answer_failed
-- Means: a resource answers 500 or 503 because of a defect.
-- Why: only the functions see that their answers fail; their reports are in analytics.failed_answers.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('answer_failed', 'error', false, true, 'A resource cannot be answered: its callers get 500 or 503 because of a defect.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    755, 'failed_answers',
    'freshet.detect_failed_answers()',
    false
);

create function freshet.detect_failed_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A caller who still meets the defect is reported within a minute of the request, so this is fifteen minutes in a
    -- row without one. One good answer proves little: it may be for a caller whom the defect does not affect.
    quiet_after constant interval := interval '15 minutes';
    -- The isolate that could report that it answers again may be gone.
    forgotten_after constant interval := interval '1 day';
begin
    delete from analytics.failed_answers as f where f.last_failed_at < clock_timestamp() - interval '30 days';

    perform freshet.observe(
        kind => 'answer_failed',
        subject => f.resource,
        state => case
            when f.last_failed_at >= clock_timestamp() - quiet_after then 'bad'
            when f.last_answered_at > f.last_failed_at or f.last_failed_at < clock_timestamp() - forgotten_after then 'ok'
            else 'unknown'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', f.defect, 'request_id', f.request_id, 'failure_count', f.failure_count)
    )
    from analytics.failed_answers as f
    order by f.resource;

    perform freshet.withdraw_subjects('answer_failed', array(select f.resource from analytics.failed_answers as f));
end
$$;

revoke all on function freshet.detect_failed_answers() from public, anon, authenticated;

comment on function freshet.detect_failed_answers() is
    'Kind answer_failed: a resource that a function reported. Ends after 15 minutes without a report, once it was answered again; after a day without one in any case.';
