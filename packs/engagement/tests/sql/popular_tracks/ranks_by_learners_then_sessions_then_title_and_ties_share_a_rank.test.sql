-- Track     learners                         sessions  quizzes done  seconds                 rank
-- Busy      1, 2 (session), 3 (quiz only)    2         1 of 2        100 + null = 100        1
-- zen       1, 2                             3         0             10 + 20 + 30 = 60       2  (more sessions than the two below)
-- Zoology   1, 2                             2         0             5 + 5 = 10              3  ("Z" before "a", byte by byte)
-- art       1, 2                             2         0             7 + null = 7            4
-- Empty, twice under one title: nobody       0         0             0                       5 and 5
begin;
select plan(1);

insert into public.tracks (id, title)
select ('00000000-0000-0000-0000-0000000000a' || t.number)::uuid, t.title
from (values (1, 'Busy'), (2, 'zen'), (3, 'Zoology'), (4, 'art'), (5, 'Empty'), (6, 'Empty')) as t (number, title);
insert into public.learning_sessions (user_id, track_id, duration_seconds)
select ('00000000-0000-0000-0000-00000000000' || s.learner)::uuid, ('00000000-0000-0000-0000-0000000000a' || s.track)::uuid, s.seconds
from (values
    (1, 1, 100), (2, 1, null),
    (1, 2, 10), (1, 2, 20), (2, 2, 30),
    (1, 3, 5), (2, 3, 5),
    (1, 4, 7), (2, 4, null)
) as s (learner, track, seconds);
insert into public.quiz_attempts (user_id, track_id, quiz_id, started_at, completed_at) values
    ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-000000000091', '2026-01-01 10:00+00', '2026-01-01 10:05+00'),
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-000000000091', '2026-01-01 10:00+00', null);
select analytics.refresh_view('popular_tracks');

select results_eq(
    $$ select title, learners_count, sessions_count, completed_quizzes_count, total_seconds, popularity_rank
       from analytics.popular_tracks order by popularity_rank, track_id $$,
    $$ values ('Busy'::text, 3::bigint, 2::bigint, 1::bigint, 100::bigint, 1::bigint),
              ('zen', 2, 3, 0, 60, 2), ('Zoology', 2, 2, 0, 10, 3), ('art', 2, 2, 0, 7, 4),
              ('Empty', 0, 0, 0, 0, 5), ('Empty', 0, 0, 0, 0, 5) $$,
    'every column and every tie as worked out above'
);

select * from finish();
rollback;
