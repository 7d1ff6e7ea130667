begin;
select plan(3);

insert into freshet.erasures (user_hash, erased_at) values
    (freshet.user_hash('ada'), now() - interval '3 days'), (freshet.user_hash('ada'), now() - interval '2 days'),
    (freshet.user_hash('bob'), now());
create function pg_temp.event(age interval) returns jsonb language sql as $$
    select jsonb_build_object('event_id', gen_random_uuid(), 'event_type', 'session_start', 'session_id', 's', 'created_at', now() - age);
$$;
set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
select results_eq(
    $$ select r ->> 'status', r ->> 'code', r ->> 'detail' from jsonb_array_elements(public.track_batch(jsonb_build_array(
           pg_temp.event('49 hours'), pg_temp.event('48 hours'), pg_temp.event('47 hours')
       )) -> 'results') as r $$,
    $$ values
        ('rejected', 'erased', 'the event is from before the erasure of its user'),
        ('rejected', 'erased', 'the event is from before the erasure of its user'),
        ('accepted', null, null) $$,
    'up to the last erasure'
);
set local request.jwt.claims = '{"sub": "eve", "role": "authenticated"}';
select is(public.track_batch(jsonb_build_array(pg_temp.event('49 hours'))) ->> 'accepted', '1', 'and not those of other users');
reset role;
select is((select count(*)::integer from public.study_events where user_id = 'ada'), 1, 'nothing of it is written');

select * from finish();
rollback;
