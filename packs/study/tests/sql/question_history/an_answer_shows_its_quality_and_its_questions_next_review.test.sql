begin;
select plan(2);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-000000000001', 'Heart');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, selected_answer, correct_answer, is_correct, time_to_answer_seconds, attempted_at)
values
    ('00000000-0000-4000-8000-0000000000e1', 'anna', '00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-000000000001', 'A', 'B', false, 12, '2026-05-01 10:00+00'),
    ('00000000-0000-4000-8000-0000000000e2', 'anna', '00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-000000000001', 'B', 'B', true, 9, '2026-05-03 10:00+00');

select results_eq(
    $$ select right(event_id::text, 2), quality, next_review_on from analytics.question_history where user_id = 'anna' order by attempted_at $$,
    $$ values ('e1', 1, null::date), ('e2', 5, null::date) $$,
    'before the job has seen an answer, there is no next review'
);
select freshet.fold_study_changes();
-- A failure is I(1), one day; the success after it is I(2), six days after the 3rd.
select results_eq(
    $$ select distinct next_review_on, interval_days from analytics.question_history where user_id = 'anna' $$,
    $$ values ('2026-05-09'::date, 6) $$,
    'afterwards each of its answers shows it'
);

select * from finish();
rollback;
