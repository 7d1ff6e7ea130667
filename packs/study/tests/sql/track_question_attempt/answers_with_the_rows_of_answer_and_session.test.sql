begin;
select plan(5);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
set local role authenticated;
set local request.jwt.claims = '{"sub": "bob", "role": "authenticated"}';
select public.track_question_attempt(
    session_id => 's', question_id => '00000000-0000-4000-8000-0000000000c1', topic_id => '00000000-0000-4000-8000-0000000000a1',
    selected_answer => 'A', correct_answer => 'A', event_id => '00000000-0000-4000-8000-000000000001'
);
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
-- The names of the document.
create temporary table said as
select public.track_question_attempt(
    session_id => 's', question_id => '00000000-0000-4000-8000-0000000000c1', topic_id => '00000000-0000-4000-8000-0000000000a1',
    selected_answer => 'A', correct_answer => 'B', time_to_answer_seconds => 45, event_id => '00000000-0000-4000-8000-000000000001'
) as answer;
select is(
    (select answer - array['session_id', 'attempt', 'session'] from said),
    '{"event_id": "00000000-0000-4000-8000-000000000001", "status": "accepted"}', 'the event is the user''s own, whatever ids others used'
);
select results_eq(
    $$ select a.user_id, a.is_correct, a.time_to_answer_seconds, a.is_hint_used, a.attempted_at
       from said, jsonb_populate_record(null::public.question_attempts, answer -> 'attempt') as a $$,
    $$ values ('ada', false, 45::numeric, false, now()) $$, 'with its answer'
);
select results_eq(
    $$ select s.user_id, s.session_id, s.events_count, s.questions_attempted, s.questions_correct
       from said, jsonb_populate_record(null::public.study_sessions, answer -> 'session') as s $$,
    $$ select 'ada', answer ->> 'session_id', 1, 1, 0 from said $$, 'and its session'
);
select is(
    public.track_question_attempt(
        's', '00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a1', 'B', 'B',
        event_id => '00000000-0000-4000-8000-000000000001'
    ),
    (select answer || '{"status": "duplicate"}' from said), 'repeated with another answer it is the answer that was first'
);
select is(
    public.track_question_attempt(
        's', '00000000-0000-4000-8000-0000000000c2', '00000000-0000-4000-8000-0000000000a1', null, 'B', is_hint_used => true
    ) #> '{attempt,is_correct}',
    'false', 'no answer is a wrong one'
);

select * from finish();
rollback;
