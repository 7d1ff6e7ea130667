-- Learner 1, by hand:
--   2025-12-31: a session 23:59:59.999999 of 120 s that ends next year                     -> 1 session, 120 s
--   2026-01-01: a session 00:00 of unknown length, a quiz, a quiz                          -> 1 session, 2 quizzes, 0 s
--   2026-03-08 (New York skips 02:00-03:00 = 07:00 UTC): sessions 06:59 of 60 s, 07:00 of 40 s, review of 30 s -> 2 sessions, 1 review, 130 s
--   2026-03-09 03:30 UTC is 2026-03-08 in New York: a review of unknown length             -> 1 review, 0 s
--   2026-11-01 (New York has 01:00-02:00 twice, 05:00-07:00 UTC): quizzes 05:30 and 06:30  -> 2 quizzes, 0 s
-- Learner 2: 2026-01-01, one session of 0 s.
begin;
select plan(2);

set local timezone = 'America/New_York';
insert into public.tracks (id, title) values ('00000000-0000-0000-0000-00000000007a', 'A');
insert into public.learning_sessions (user_id, track_id, started_at, duration_seconds)
select ('00000000-0000-0000-0000-00000000000' || s.learner)::uuid, '00000000-0000-0000-0000-00000000007a', s.at, s.seconds
from (values
    (1, '2025-12-31 23:59:59.999999+00'::timestamptz, 120), (1, '2026-01-01 00:00+00', null),
    (1, '2026-03-08 06:59+00', 60), (1, '2026-03-08 07:00+00', 40),
    (2, '2026-01-01 12:00+00', 0)
) as s (learner, at, seconds);
insert into public.quiz_attempts (user_id, track_id, quiz_id, started_at, completed_at, duration_ms)
select
    '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000007a',
    '00000000-0000-0000-0000-000000000091', q.started_at, q.completed_at, 9000000
from (values
    -- Begun on one day and completed on the next: of the first alone.
    ('2026-01-01 23:58+00'::timestamptz, '2026-01-02 00:10+00'::timestamptz), ('2026-01-01 08:00+00', null),
    ('2026-11-01 05:30+00', null), ('2026-11-01 06:30+00', null)
) as q (started_at, completed_at);
insert into public.review_sessions (user_id, started_at, duration_seconds) values
    ('00000000-0000-0000-0000-000000000001', '2026-03-08 20:00+00', 30),
    ('00000000-0000-0000-0000-000000000001', '2026-03-09 03:30+00', null);
-- Opening an explanation does not make an active day.
insert into public.explanation_views (user_id, question_id, viewed_at) values
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000f1', '2026-05-05 12:00+00');
select analytics.refresh_view('active_learning_days');

select results_eq(
    $$ select active_on, sessions_count, quiz_attempts_count, review_sessions_count, active_seconds
       from analytics.active_learning_days where user_id = '00000000-0000-0000-0000-000000000001' order by active_on $$,
    $$ values (date '2025-12-31', 1::bigint, 0::bigint, 0::bigint, 120::bigint), ('2026-01-01', 1, 2, 0, 0),
              ('2026-03-08', 2, 0, 1, 130), ('2026-03-09', 0, 0, 1, 0), ('2026-11-01', 0, 2, 0, 0) $$,
    'one row for each UTC day with a start'
);
select results_eq(
    $$ select active_on, sessions_count, active_seconds
       from analytics.active_learning_days where user_id = '00000000-0000-0000-0000-000000000002' $$,
    $$ values (date '2026-01-01', 1::bigint, 0::bigint) $$,
    'a session without a second counts as a session'
);

select * from finish();
rollback;
