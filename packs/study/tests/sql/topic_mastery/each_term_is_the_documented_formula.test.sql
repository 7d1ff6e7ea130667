-- Topic A with two materials, read to 0.5 and 0; topic B without materials; C with one material, read to 1, no answers.
-- Moment: 2026-03-11 12:00 UTC.
--   A, question 1: 03-01 12:00 correct in 5 s (5), 03-02 12:00 correct in 30 s (4): interval 6
--   A, question 2: 03-05 00:00 wrong (1), 03-05 12:00 correct (a repeat of the day): interval 1
--     first_attempt_accuracy 1/2 = 0.5     overall_accuracy 3/4 = 0.75     S = (6 + 1) / 2 = 3.5     t = 6 days
--     retrieval_strength (1 + 19/81 * 6/3.5)^-0.5 = (1 + 0.2345679 * 1.7142857)^-0.5 = 1.4021164^-0.5 = 0.844515
--     material_completion (0.5 + 0) / 2 = 0.25
--     mastery 0.30 * 0.5 + 0.20 * 0.75 + 0.30 * 0.844515 + 0.20 * 0.25 = 0.15 + 0.15 + 0.253354 + 0.05 = 0.603354
--   B, question 3: 03-11 00:00 correct without a time: interval 1, t = 0.5 days
--     retrieval_strength (1 + 19/162)^-0.5 = (181/162)^-0.5 = 0.946059
--     mastery 0.30 + 0.20 + 0.30 * 0.946059 + 0 = 0.783818: without materials no more than 0.8 can be reached
--   C: mastery 0.20 * 1 = 0.2; no stability
begin;
select plan(5);

set local timezone = 'America/New_York';
insert into public.topics (id, name)
select md5(t)::uuid, t from unnest(array['A', 'B', 'C', 'D']) as t;
insert into public.study_materials (id, topic_id, title)
select md5(m.name)::uuid, md5(m.topic)::uuid, m.name from (values ('a1', 'A'), ('a2', 'A'), ('c1', 'C')) as m (name, topic);
insert into public.material_interactions (material_id, user_id, progress_rate, first_at, last_at)
values (md5('a1')::uuid, 'u', 0.5, '2026-03-01', '2026-03-01'), (md5('c1')::uuid, 'u', 1, '2026-03-01', '2026-03-01'),
    -- Another user's answers and reading are no part of it.
    (md5('a2')::uuid, 'v', 1, '2026-03-01', '2026-03-01');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, time_to_answer_seconds, attempted_at)
select md5(a.at || a.who)::uuid, a.who, md5(a.question)::uuid, md5(a.topic)::uuid, a.is_correct, a.seconds, a.at::timestamptz
from (values
    ('u', '1', 'A', true, 5, '2026-03-01 12:00+00'), ('u', '1', 'A', true, 30, '2026-03-02 12:00+00'),
    ('u', '2', 'A', false, 30, '2026-03-05 00:00+00'), ('u', '2', 'A', true, 30, '2026-03-05 12:00+00'),
    ('u', '3', 'B', true, null, '2026-03-11 00:00+00'), ('v', '3', 'B', false, 30, '2026-03-11 00:00+00')
) as a (who, question, topic, is_correct, seconds, at);
select freshet.recompute_question_reviews(
    array['u', 'u', 'u'], array[md5('1')::uuid, md5('2')::uuid, md5('3')::uuid], '2026-03-11 12:00+00'
);

select is(
    freshet.recompute_topic_mastery(array['u'], calculated_at => '2026-03-11 12:00+00'), 3, 'a row for each topic with answers or reading'
);
select results_eq(
    $$ select t.name, round(m.first_attempt_accuracy, 4), round(m.overall_accuracy, 4), round(m.retrieval_strength, 4),
           round(m.material_completion, 4), round(m.mastery_score, 4)
       from analytics.topic_mastery as m join public.topics as t on t.id = m.topic_id where m.user_id = 'u' order by t.name $$,
    $$ values ('A'::text, 0.5000, 0.7500, 0.8445, 0.2500, 0.6034), ('B', 1.0000, 1.0000, 0.9461, 0.0000, 0.7838),
           ('C', 0.0000, 0.0000, 0.0000, 1.0000, 0.2000) $$,
    'each term and the score, worked out by hand'
);
select results_eq(
    $$ select t.name, m.questions_count, m.attempts_count, m.correct_count, round(m.stability_days, 4),
           m.last_answered_at at time zone 'UTC', m.calculated_at at time zone 'UTC', m.calculation_version
       from analytics.topic_mastery as m join public.topics as t on t.id = m.topic_id where m.user_id = 'u' order by t.name $$,
    $$ values ('A'::text, 2, 4, 3, 3.5000, '2026-03-05 12:00'::timestamp, '2026-03-11 12:00'::timestamp, freshet.study_version()),
           ('B', 1, 1, 1, 1.0000, '2026-03-11 00:00', '2026-03-11 12:00', freshet.study_version()),
           ('C', 0, 0, 0, null, null, '2026-03-11 12:00', freshet.study_version()) $$,
    'what the terms were made of'
);

delete from public.material_interactions as i where i.user_id = 'u' and i.material_id = md5('c1')::uuid;
select freshet.recompute_topic_mastery(array['u', 'u'], array[md5('C')::uuid, md5('D')::uuid]);
select is(
    (select array_agg(t.name order by t.name) from analytics.topic_mastery as m join public.topics as t on t.id = m.topic_id),
    array['A', 'B'], 'a topic without answers and reading has no row'
);
select freshet.recompute_topic_mastery(array['u', 'w'], calculated_at => '2026-03-12 00:00+00');
select is(
    (select round(m.retrieval_strength, 4) from analytics.topic_mastery as m where m.user_id = 'u' and m.topic_id = md5('B')::uuid),
    0.9000, 'a day after the answer, the strength has fallen to 0.9'
);

select * from finish();
rollback;
