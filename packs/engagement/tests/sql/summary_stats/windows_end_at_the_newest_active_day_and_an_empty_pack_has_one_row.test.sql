-- The newest active day is 2026-03-31; seven days begin on 03-25, thirty on 03-02.
--   learner 1: sessions 03-30 and 03-31      in 7 and 30      learner 4: session 03-02      in 30, on its first day
--   learner 2: session 03-25                 in 7 and 30      learner 5: session 03-01      in neither
--   learner 3: sessions 03-24 (two)          in 30            learner 6: a quiz on 01-01    in neither, no session
-- 6 learners, 2 in 7 days, 4 in 30, 7 sessions. Quizzes: quiz 1 has 3 of 4 completed, quiz 2 none of 2, and the one of learner 6
-- is among them: 3 completed of 6 = 0.5, which is not the mean of the two rates. Longest streak: 2 days.
begin;
select plan(3);

select count(*) from analytics.refresh_all_views();
select results_eq(
    $$ select as_of_on, learners_count, active_learners_7d, active_learners_30d, sessions_count, completed_quizzes_count, completion_rate, longest_streak_days
       from analytics.summary_stats $$,
    $$ values (null::date, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, null::numeric, 0) $$,
    'over empty tables it is one row of nothing'
);

insert into public.tracks (id, title) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.learning_sessions (user_id, track_id, started_at)
select ('00000000-0000-0000-0000-00000000000' || s.learner)::uuid, '00000000-0000-0000-0000-0000000000a1', s.day + time '00:00' at time zone 'UTC'
from (values
    (1, date '2026-03-30'), (1, '2026-03-31'), (2, '2026-03-25'), (3, '2026-03-24'), (3, '2026-03-24'), (4, '2026-03-02'), (5, '2026-03-01')
) as s (learner, day);
insert into public.quiz_attempts (user_id, track_id, quiz_id, started_at, completed_at)
select
    ('00000000-0000-0000-0000-00000000000' || q.learner)::uuid, '00000000-0000-0000-0000-0000000000a1',
    ('00000000-0000-0000-0000-00000000009' || q.quiz)::uuid, q.at, case when q.done then q.at + interval '5 minutes' end
from (values
    (1, 1, '2026-03-31 10:00+00'::timestamptz, true), (1, 1, '2026-03-31 11:00+00', true), (1, 1, '2026-03-31 12:00+00', true),
    (6, 1, '2026-01-01 10:00+00', false), (2, 2, '2026-03-25 10:00+00', false), (2, 2, '2026-03-25 11:00+00', false)
) as q (learner, quiz, at, done);
select count(*) from analytics.refresh_all_views();

select results_eq(
    $$ select as_of_on, learners_count, active_learners_7d, active_learners_30d, sessions_count, completed_quizzes_count, completion_rate, longest_streak_days
       from analytics.summary_stats $$,
    $$ values (date '2026-03-31', 6::bigint, 2::bigint, 4::bigint, 7::bigint, 3::bigint, 0.5000, 2) $$,
    'every column as worked out above'
);
select results_eq(
    $$ select s.learners_count, s.sessions_count, s.completed_quizzes_count, s.longest_streak_days::integer from analytics.summary_stats as s $$,
    $$ select
           (select count(distinct user_id) from analytics.active_learning_days),
           (select sum(sessions_count)::bigint from analytics.popular_tracks),
           (select sum(completed_quizzes_count)::bigint from analytics.popular_tracks),
           (select max(streak_days) from analytics.streak_dropoffs) $$,
    'it says what the other views say'
);

select * from finish();
rollback;
