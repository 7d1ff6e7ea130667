-- Object: public.track_question_attempt()
-- Why: event, answer and session in one transaction. Whether the answer is correct is computed in the database.
create function public.track_question_attempt(
    session_id text,
    question_id uuid,
    topic_id uuid,
    selected_answer text,
    correct_answer text,
    time_to_answer_seconds numeric default null,
    is_hint_used boolean default false,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'question_attempt', 'question_id', question_id, 'topic_id', topic_id,
            'selected_answer', selected_answer, 'correct_answer', correct_answer,
            'time_to_answer_seconds', time_to_answer_seconds, 'is_hint_used', is_hint_used, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    -- Row security leaves the caller's own rows.
    return taken || jsonb_build_object(
        'attempt', (select to_jsonb(a) from public.question_attempts as a where a.event_id = (taken ->> 'event_id')::uuid),
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_question_attempt(
    text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz
) from public, anon;

grant execute on function public.track_question_attempt(
    text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz
) to authenticated, service_role;

comment on function public.track_question_attempt(text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz) is
    'Takes one answer of the signed-in user, null for none given: {event_id, status, session_id, attempt, session}, the rows as they are now. Times are in seconds; null, or over a day, is not measured. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';
