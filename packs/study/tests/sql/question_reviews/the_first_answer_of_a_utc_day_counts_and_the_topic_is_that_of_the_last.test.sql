-- Question 1, in New York's evening of the 1st and the UTC days 1 and 2:
--   03-01 23:59:59.999 UTC correct in 5 s (5)   counts: interval 1, EF 2.6
--   03-02 00:00 UTC correct in 5 s (5)          counts, a second later: interval 6, EF 2.7
--   03-02 08:00 UTC wrong                       a repeat of the day: no failure for SM-2
--   03-08 09:00 UTC correct in 90 s (3)         counts: 6 * 2.7 = 16.2 -> 17, EF 2.7 - 0.14 = 2.56; due 03-25; topic B
-- Question 2: two answers at one moment: the order of their ids decides, so the first is wrong; topic A.
begin;
select plan(4);

set local timezone = 'America/New_York';
insert into public.topics (id, name) select md5(t)::uuid, t from unnest(array['A', 'B']) as t;
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, time_to_answer_seconds, attempted_at)
select ('00000000-0000-0000-0000-' || lpad(a.n::text, 12, '0'))::uuid, 'u', md5(a.question)::uuid, md5(a.topic)::uuid,
    a.is_correct, a.seconds, a.at::timestamptz
from (values
    (9, '1', 'B', true, 90, '2026-03-08 09:00+00'), (3, '1', 'A', true, 5, '2026-03-02 00:00+00'),
    (1, '1', 'A', false, 5, '2026-03-02 08:00+00'), (4, '1', 'A', true, 5, '2026-03-01 23:59:59.999+00'),
    (6, '2', 'A', true, 5, '2026-03-01 00:00+00'), (5, '2', 'B', false, 5, '2026-03-01 00:00+00')
) as a (n, question, topic, is_correct, seconds, at);

select results_eq(
    $$ select r.user_id, t.name
       from freshet.recompute_question_reviews(array['u', 'u', 'u'], array[md5('1')::uuid, md5('2')::uuid, null]) as r
       join public.topics as t on t.id = r.topic_id order by t.name $$,
    $$ values ('u'::text, 'A'::text), ('u', 'B') $$,
    'it returns the topics of the questions'
);
select results_eq(
    $$ select t.name, r.attempts_count, r.correct_count, r.is_first_correct, round(r.easiness_factor, 2), r.repetition,
           r.interval_days, r.reviewed_at at time zone 'UTC', r.last_answered_at at time zone 'UTC', r.due_on, r.calculation_version
       from analytics.question_reviews as r join public.topics as t on t.id = r.topic_id order by r.attempts_count desc $$,
    $$ values
        ('B'::text, 4, 3, true, 2.56, 3, 17, '2026-03-08 09:00'::timestamp, '2026-03-08 09:00'::timestamp, date '2026-03-25', freshet.study_version()),
        ('A', 2, 1, false, 2.50, 1, 1, '2026-03-01 00:00', '2026-03-01 00:00', '2026-03-02', freshet.study_version()) $$,
    'the states of both questions'
);

delete from public.question_attempts as a where a.attempted_at = '2026-03-08 09:00+00' or a.question_id = md5('2')::uuid;
select results_eq(
    $$ select t.name from freshet.recompute_question_reviews(array['u', 'u'], array[md5('1')::uuid, md5('2')::uuid]) as r
       join public.topics as t on t.id = r.topic_id order by t.name $$,
    $$ values ('A'::text), ('B') $$,
    'a topic that has lost a question is among those returned'
);
select results_eq(
    $$ select r.question_id, r.attempts_count, r.interval_days, r.due_on, r.last_answered_at at time zone 'UTC'
       from analytics.question_reviews as r $$,
    $$ values (md5('1')::uuid, 3, 6, date '2026-03-08', '2026-03-02 08:00'::timestamp) $$,
    'a repeat moves the last answer, not the due day; a question without answers has no row'
);

select * from finish();
rollback;
