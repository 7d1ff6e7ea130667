begin;
select plan(13);

create temporary table calls (call text);
insert into calls values
    ('select public.track_batch(''[]'')'),
    ('select public.track_event(''s'', ''session_start'')'),
    ('select public.track_session_start(''s'')'),
    ('select public.track_session_end(''s'')'),
    ('select public.track_question_attempt(''s'', gen_random_uuid(), gen_random_uuid(), ''A'', ''A'')'),
    ('select public.track_material_progress(''s'', gen_random_uuid(), 1)');
grant select on calls to anon, authenticated, service_role;

set local role anon;
set local request.jwt.claims = '{"role": "anon"}';
select ok(
    (select bool_and(throws_ok(c.call, '42501') ~ '^ok') from calls as c), 'anon may call none of the functions'
);
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select throws_ok(
    c.call, '42501', 'events are tracked for the user who is signed in, and this call has the role "service_role" and no subject',
    'a secret key has no user: ' || c.call
) from calls as c;
set local request.jwt.claims = '{"role": "service_role", "sub": "ada"}';
select throws_ok(
    'select public.track_batch(''[]'')', '42501',
    'events are tracked for the user who is signed in, and this call has the role "service_role" and a subject', 'nor may it name one'
);
set local role authenticated;
set local request.jwt.claims = '{"role": "authenticated"}';
select throws_ok('select public.track_batch(''[]'')', '42501', null, 'a token without a subject tracks nothing');
set local request.jwt.claims = '';
select throws_ok('select public.track_batch(''[]'')', '42501', null, 'nor does a session without a token');
select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', repeat('u', 1001))::text, true);
select throws_ok(
    'select public.track_batch(''[]'')', '42501', 'the subject of the token has 1001 bytes, and a user''s id has at most 1000',
    'a subject of 1001 bytes is refused'
);
select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', repeat('u', 1000))::text, true);
select lives_ok('select public.track_event(''s'', ''session_start'')', 'one of 1000 is a user');
set local request.jwt.claims = '{"role": "authenticated", "sub": "ada", "user_metadata": {"sub": "bob"}}';
select public.track_event('s', 'session_start');
select results_eq('select user_id from public.study_sessions', array['ada'], 'the user is the subject of the token');

select * from finish();
rollback;
