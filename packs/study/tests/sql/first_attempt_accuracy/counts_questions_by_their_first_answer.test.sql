begin;
select plan(1);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-000000000001', 'Heart'), ('00000000-0000-4000-8000-000000000002', 'Lung');
-- Heart: three questions, whose first answers are wrong, correct, correct; later answers change nothing. Lung: one, wrong.
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
select
    gen_random_uuid(), 'anna', ('00000000-0000-4000-8000-00000000010' || q)::uuid, ('00000000-0000-4000-8000-00000000000' || t)::uuid, c, '2026-05-01 10:00+00'::timestamptz + n * interval '1 day'
from (values (1, 1, false, 0), (1, 1, true, 1), (2, 1, true, 0), (2, 1, false, 2), (3, 1, true, 3), (4, 2, false, 0)) as a (q, t, c, n);
select freshet.fold_study_changes();

select results_eq(
    $$ select topic_name, questions_count, first_correct_count, first_attempt_accuracy from analytics.first_attempt_accuracy where user_id = 'anna' order by topic_name $$,
    $$ values ('Heart', 3::bigint, 2::bigint, 0.666667), ('Lung', 1::bigint, 0::bigint, 0.000000) $$,
    'two of three in one topic, none of one in the other'
);

select * from finish();
rollback;
