begin;
select plan(3);

insert into public.study_sessions (session_id, user_id, started_at, last_event_at, events_count)
values
    (repeat('a', 64), 'anna', '2026-05-01 00:00+00', '2026-05-01 00:10+00', 3),
    (repeat('b', 64), 'anna', '2026-04-30 23:59:59+00', '2026-05-01 00:30+00', 3),
    (repeat('c', 64), 'ben', '2026-05-30 10:00+00', '2026-05-30 10:00+00', 1);

select results_eq(
    $$ select left(session_id, 1), started_on, study_seconds from freshet.reading_study_sessions('{"params": {"days": 30}, "today": "2026-05-30", "person": "anna"}') $$,
    $$ values ('a', '2026-05-01'::date, 600::bigint) $$,
    'of 30 days that end on the 30th the first began at midnight of the 1st; a session belongs to the day on which it began'
);
select results_eq(
    $$ select left(session_id, 1), study_seconds from freshet.reading_study_sessions('{"params": {"days": 31}, "today": "2026-05-30", "person": "anna"}') order by 1 $$,
    $$ values ('a', 600::bigint), ('b', 1801::bigint) $$,
    'one day more has the session that crossed midnight, whole'
);
select is_empty($$ select from freshet.reading_study_sessions('{"params": {"days": 30}, "today": "2026-05-30"}') $$, 'without a person there is no row');

select * from finish();
rollback;
