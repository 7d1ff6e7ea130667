begin;
select plan(3);

create function pg_temp.event(number integer, at timestamptz) returns jsonb language sql as $$
    select jsonb_build_object(
        'event_id', '00000000-0000-4000-8000-' || lpad(number::text, 12, '0'), 'event_type', 'session_start', 'session_id', 's' || number,
        'created_at', at
    );
$$;
set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
create temporary table answer as
select public.track_batch(jsonb_build_array(
    pg_temp.event(1, now() + interval '1 hour 0.25 seconds'), pg_temp.event(2, now()), pg_temp.event(3, now() - interval '700 days'),
    pg_temp.event(4, '9999-12-31 23:59:59+00'), pg_temp.event(5, now())
        || jsonb_build_object('created_at', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+07:00')
)) ->> 'accepted' as accepted;
select is(accepted, '5', 'all are accepted') from answer;
select results_eq(
    'select started_at, last_event_at from public.study_sessions where user_id = ''ada'' and started_at < now() order by 1',
    $$ values (now() - interval '700 days', now() - interval '700 days'), (now() - interval '7 hours', now() - interval '7 hours') $$,
    'late ones at their own time'
);
reset role;
select results_eq(
    $$ select created_at, received_at, clock_skew_seconds from public.study_events
       where user_id = 'ada' and created_at = now() order by clock_skew_seconds limit 2 $$,
    $$ values (now(), now(), 0::numeric), (now(), now(), 3600.25::numeric) $$,
    'and one of the future at the database''s, with the seconds that it was ahead'
);

select * from finish();
rollback;
