-- One session with each kind of event that writes more than the log, as a browser sends it. Figures are counted by hand.
begin;
select plan(8);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
insert into public.study_materials (id, topic_id, title)
values ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000a1', 'Bones');

create function pg_temp.event(number integer, type text, minute integer, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object(
        'event_id', '00000000-0000-4000-8000-' || lpad(number::text, 12, '0'), 'event_type', type, 'session_id', 'morning',
        'created_at', to_char(current_date - 1, 'YYYY-MM-DD') || 'T10:' || lpad(minute::text, 2, '0') || ':00.000Z'
    ) || more;
$$;
create function pg_temp.at(minute integer) returns timestamptz language sql as $$
    select (to_char(current_date - 1, 'YYYY-MM-DD') || 'T10:' || lpad(minute::text, 2, '0') || ':00Z')::timestamptz;
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
set local request.headers = '{"cf-connecting-ip": "203.0.113.77", "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}';

create temporary table answer as
select public.track_batch(jsonb_build_array(
    pg_temp.event(1, 'session_start', 0, '{"device_type": "tablet"}'),
    pg_temp.event(2, 'question_attempt', 2, '{"question_id": "00000000-0000-4000-8000-0000000000c1", "topic_id": "00000000-0000-4000-8000-0000000000a1", "selected_answer": "A", "correct_answer": "A", "time_to_answer_seconds": 12.3456, "is_hint_used": true}'),
    pg_temp.event(3, 'question_attempt', 3, '{"question_id": "00000000-0000-4000-8000-0000000000c2", "topic_id": "00000000-0000-4000-8000-0000000000a1", "selected_answer": null, "correct_answer": "B"}'),
    pg_temp.event(4, 'material_open', 5, '{"material_id": "00000000-0000-4000-8000-0000000000b1", "properties": {"material_type": "pdf"}}'),
    pg_temp.event(5, 'material_progress', 6, '{"material_id": "00000000-0000-4000-8000-0000000000b1", "progress_rate": 0.25, "reading_seconds": 30}'),
    pg_temp.event(6, 'material_progress', 7, '{"material_id": "00000000-0000-4000-8000-0000000000b1", "progress_rate": 0.125, "reading_seconds": 20.5}'),
    pg_temp.event(7, 'material_complete', 9, '{"material_id": "00000000-0000-4000-8000-0000000000b1"}'),
    pg_temp.event(8, 'session_end', 10)
)) as said;

select is(
    (select a.said - 'results' from answer as a), '{"accepted": 8, "duplicates": 0, "rejected": 0}', 'the batch is accepted'
);
select results_eq(
    $$ select r ->> 'event_id', r ->> 'status', r ->> 'code', r ->> 'detail' from answer, jsonb_array_elements(said -> 'results') as r $$,
    $$ select '00000000-0000-4000-8000-00000000000' || n, 'accepted', null, null from generate_series(1, 8) as n $$,
    'with a result for each event, in their order'
);
select results_eq(
    'select question_id, is_correct, is_hint_used, time_to_answer_seconds, selected_answer, attempted_at from public.question_attempts order by attempted_at',
    $$ values
        ('00000000-0000-4000-8000-0000000000c1'::uuid, true, true, 12.346, 'A', pg_temp.at(2)),
        ('00000000-0000-4000-8000-0000000000c2'::uuid, false, false, null, null, pg_temp.at(3)) $$,
    'an answer is correct if it is the correct one, and none given is wrong'
);
select results_eq(
    'select started_at, last_event_at, ended_at, events_count, questions_attempted, questions_correct, materials_viewed, device_type from public.study_sessions',
    $$ values (pg_temp.at(0), pg_temp.at(10), pg_temp.at(10), 8, 2, 1, 1, 'tablet') $$,
    'the session has its events'
);
select results_eq(
    'select progress_rate, reading_seconds, opens_count, first_at, last_at, completed_at from public.material_interactions',
    $$ values (1::numeric, 50.5::numeric, 1, pg_temp.at(5), pg_temp.at(9), pg_temp.at(9)) $$,
    'the material has the greatest progress, and the sum of the seconds'
);

reset role;
select results_eq(
    $$ select event_type, properties, ip_network, browser, device_type, clock_skew_seconds
       from public.study_events where user_id = 'ada' order by created_at limit 4 $$,
    $$ values
        ('session_start', '{}'::jsonb, '203.0.113.0/24'::cidr, 'firefox', 'tablet', 0::numeric),
        ('question_attempt', '{}', '203.0.113.0/24', 'firefox', 'desktop', 0),
        ('question_attempt', '{}', '203.0.113.0/24', 'firefox', 'desktop', 0),
        ('material_open', '{"material_type": "pdf"}', '203.0.113.0/24', 'firefox', 'desktop', 0) $$,
    'the log has each event with its network, family and device'
);
select results_eq(
    $$ select distinct e.session_id from public.study_events as e where e.user_id = 'ada' $$,
    $$ select freshet.session_hash('ada', 'morning') $$,
    'and the session as a hash'
);
select is(
    (
        select count(*)::integer from public.study_events as e
        where e.user_id = 'ada' and to_jsonb(e)::text ~ 'morning|203\.0\.113\.77|Mozilla|Linux'
    ),
    0, 'neither the client''s session id nor address nor agent is anywhere in it'
);

select * from finish();
rollback;
