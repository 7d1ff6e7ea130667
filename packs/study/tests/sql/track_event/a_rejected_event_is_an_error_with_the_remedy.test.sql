begin;
select plan(10);

create function pg_temp.trial(call text) returns table (state text, message text, hint text) language plpgsql as $$
begin
    execute call;
    return query select 'lives', null::text, null::text;
exception
    when others then
        get stacked diagnostics state = returned_sqlstate, message = message_text, hint = pg_exception_hint;
        return next;
end
$$;
set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
select results_eq(
    format('select * from pg_temp.trial(%L)', t.call),
    format('values (%L, %L, %L)', '22023', 'the event was rejected as ' || t.message, t.hint), t.call
)
from (values
    (
        'select public.track_event(''s'', ''login'')',
        'unknown_type: "event_type" is "login", and has to be one of session_start, session_end, question_view, question_attempt, hint_view, explanation_view, material_open, material_progress, material_complete, topic_view, review_start, review_complete',
        'Report one of these types, with what is special about it in properties.'
    ),
    (
        'select public.track_event(null, ''topic_view'')',
        'missing_key: "session_id" is missing, which an event of type topic_view needs', 'Report the key with a value that is not null.'
    ),
    (
        'select public.track_event(''s'', ''session_start'', properties => ''{"first_name": "x"}'')',
        'personal_data: the property "first_name" is called like personal data', 'Report an id instead, and the time of an event as created_at.'
    ),
    (
        'select public.track_event(''s'', ''session_start'', created_at => ''infinity'')',
        'invalid_value: "created_at" is "infinity", and has to be a moment like 2026-11-30T08:15:00.000Z, with its offset',
        'Correct the value; docs/study.md has the shape of each key.'
    ),
    (
        'select public.track_event(''s'', ''session_start'', created_at => ''0044-03-15 00:00:00+00 BC'')',
        'invalid_value: "created_at" is "0044-03-15T00:00:00+00:00 BC", and has to be a moment like 2026-11-30T08:15:00.000Z, with its offset',
        'Correct the value; docs/study.md has the shape of each key.'
    ),
    (
        'select public.track_question_attempt(''s'', ''00000000-0000-4000-8000-0000000000c1'', ''00000000-0000-4000-8000-0000000000a1'', ''A'', ''A'')',
        'unknown_topic: there is no topic 00000000-0000-4000-8000-0000000000a1',
        'Insert the topic into public.topics first, or report its id there.'
    ),
    (
        'select public.track_question_attempt(''s'', ''00000000-0000-4000-8000-0000000000c1'', ''00000000-0000-4000-8000-0000000000a1'', ''A'', ''A'', ''NaN'')',
        'invalid_value: "time_to_answer_seconds" is "NaN", and has to be a number of seconds from 0 up',
        'Correct the value; docs/study.md has the shape of each key.'
    ),
    (
        'select public.track_material_progress(''s'', ''00000000-0000-4000-8000-0000000000b1'', 1.5)',
        'invalid_value: "progress_rate" is 1.5, and has to be a number from 0 to 1', 'Correct the value; docs/study.md has the shape of each key.'
    ),
    (
        'select public.track_session_start(''s'', ''fridge'')',
        'invalid_value: "device_type" is "fridge", and has to be desktop, mobile, tablet, bot, other, or web',
        'Correct the value; docs/study.md has the shape of each key.'
    )
) as t (call, message, hint);
select is_empty('select from public.study_sessions', 'and nothing is written');

select * from finish();
rollback;
