begin;
select plan(6);

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
set local request.headers = '{"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"}';
create function pg_temp.session(said jsonb) returns text language sql as $$
    select format(
        '%s %s to %s, %s events, %s', said ->> 'status', now() - s.started_at, coalesce((now() - s.ended_at)::text, 'open'), s.events_count, s.device_type
    )
    from jsonb_populate_record(null::public.study_sessions, said -> 'session') as s;
$$;
select is(
    pg_temp.session(public.track_session_start(session_id => 's', device_type => 'web', created_at => now() - interval '1 hour')),
    'accepted 01:00:00 to open, 1 events, mobile', 'the document''s device "web" is read from the user agent'
);
select is(
    pg_temp.session(public.track_session_end(session_id => 's', created_at => now() - interval '10 minutes')),
    'accepted 01:00:00 to 00:10:00, 2 events, mobile', 'an end ends it'
);
select is(
    pg_temp.session(public.track_session_end('s', created_at => now() - interval '20 minutes')),
    'accepted 01:00:00 to 00:10:00, 3 events, mobile', 'an earlier end that arrives later changes nothing of it'
);
select is(
    pg_temp.session(public.track_session_start('s', created_at => now() - interval '2 hours')),
    'accepted 02:00:00 to 00:10:00, 4 events, mobile', 'an earlier event begins it earlier'
);
select is(
    pg_temp.session(public.track_session_start('t', 'desktop')), 'accepted 00:00:00 to open, 1 events, desktop', 'a device that was reported counts'
);
select is(
    pg_temp.session(public.track_session_end('u')), 'accepted 00:00:00 to 00:00:00, 1 events, ', 'a session may be known by its end alone'
);

select * from finish();
rollback;
