begin;
select plan(6);

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
create temporary table first_call as
select public.track_event('s', 'review_start', properties => '{"cards": 12}') as said;
select is((select said ->> 'status' from first_call), 'accepted', 'an event without id and time is accepted');
create temporary table second_call as
select public.track_event('s', 'review_start', event_id => (said ->> 'event_id')::uuid) as said from first_call;
select is((select said ->> 'status' from second_call), 'duplicate', 'with the id of the answer it is a duplicate');
select is(
    (select said - 'status' from second_call), (select said - 'status' from first_call), 'of the same event and session'
);
reset role;
select results_eq(
    $$ select e.event_id::text, e.event_type, e.session_id, e.properties, e.created_at from public.study_events as e where e.user_id = 'ada' $$,
    $$ select said ->> 'event_id', 'review_start', said ->> 'session_id', '{"cards": 12}'::jsonb, now() from first_call $$,
    'which happened at the time of the call'
);
select is((select said ->> 'session_id' from first_call), freshet.session_hash('ada', 's'), 'in the session''s hash');

set local role authenticated;
-- 400 numbers need three times as many bytes inside the database as in the text.
select is(
    public.track_event('s', 'review_start', properties => (
        select jsonb_object_agg('k' || k, (select jsonb_agg(1) from generate_series(1, 20))) from generate_series(1, 20) as k
    )) ->> 'status',
    'accepted', 'as many properties as are allowed fit into the log'
);

select * from finish();
rollback;
