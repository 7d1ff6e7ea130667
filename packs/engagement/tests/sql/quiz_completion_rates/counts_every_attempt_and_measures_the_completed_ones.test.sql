-- Quiz 1 of track 1: five attempts, three completed with scores 60, 70.5, null and 1000, 2001, null ms; an abandoned one has
--   score 99 and 5 ms, which count nowhere. 3/5 = 0.6; (60 + 70.5) / 2 = 65.25; median of two 1500.5.
-- Quiz 2 of track 1: one attempt of one learner, completed: 80, 3000 ms.       1/1 = 1
-- Quiz 3 of track 1: two attempts, none completed.                             0/2 = 0, no average, no median
-- Quiz 1 of track 2: three completed, 10, 10, 20 and 7, 9, 9000 ms.            40/3 = 13.333; median of three 9
-- Quiz 4 of track 2: three attempts, one completed without score or duration.  1/3 = 0.3333
begin;
select plan(1);

insert into public.tracks (id, title) values
    ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000a2', 'B');
insert into public.quiz_attempts (user_id, track_id, quiz_id, started_at, completed_at, score, duration_ms)
select
    '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-0000000000a' || q.track)::uuid,
    ('00000000-0000-0000-0000-00000000009' || q.quiz)::uuid,
    '2026-01-01 10:00+00', case when q.done then '2026-01-01 10:05+00'::timestamptz end, q.score, q.ms
from (values
    (1, 1, true, 60, 1000), (1, 1, true, 70.5, 2001), (1, 1, true, null, null), (1, 1, false, 99, 5), (1, 1, false, null, null),
    (1, 2, true, 80, 3000),
    (1, 3, false, null, null), (1, 3, false, null, 10),
    (2, 1, true, 10, 7), (2, 1, true, 10, 9), (2, 1, true, 20, 9000),
    (2, 4, true, null, null), (2, 4, false, null, null), (2, 4, false, null, null)
) as q (track, quiz, done, score, ms);
select analytics.refresh_view('quiz_completion_rates');

select results_eq(
    $$ select right(track_id::text, 1), right(quiz_id::text, 1), started_count, completed_count, completion_rate, avg_score, median_duration_ms
       from analytics.quiz_completion_rates order by track_id, quiz_id $$,
    $$ values ('1'::text, '1'::text, 5::bigint, 3::bigint, 0.6000, 65.250, 1500.5),
              ('1', '2', 1, 1, 1.0000, 80.000, 3000.0), ('1', '3', 2, 0, 0.0000, null, null),
              ('2', '1', 3, 3, 1.0000, 13.333, 9.0), ('2', '4', 3, 1, 0.3333, null, null) $$,
    'every column as worked out above'
);

select * from finish();
rollback;
