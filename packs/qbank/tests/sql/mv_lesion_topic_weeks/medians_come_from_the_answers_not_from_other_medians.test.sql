-- Question 1: 10, 20, 30 (median 20). Question 2: 1000 (median 1000). Together 10, 20, 30, 1000: 25, where the median of medians is 510.
-- 2 of 4 right. Question 3 is spelt differently and belongs to the same cell a week later; question 4 has no measured duration.
begin;
select plan(1);

insert into public.questions (id, lesion, topic) values
    ('00000000-0000-0000-0000-000000000001', 'VSD', 'Shunts'), ('00000000-0000-0000-0000-000000000002', 'vsd ', 'Shunts'),
    ('00000000-0000-0000-0000-000000000003', ' v_s-d', 'Valves'), ('00000000-0000-0000-0000-000000000004', null, null);
insert into public.responses (question_id, is_correct, duration_ms, answered_at) values
    ('00000000-0000-0000-0000-000000000001', true, 10, '2026-03-02 00:00+00'), ('00000000-0000-0000-0000-000000000001', false, 20, '2026-03-04 00:00+00'),
    ('00000000-0000-0000-0000-000000000001', true, 30, '2026-03-08 23:59:59+00'), ('00000000-0000-0000-0000-000000000002', false, 1000, '2026-03-05 00:00+00'),
    ('00000000-0000-0000-0000-000000000002', true, null, '2026-03-09 00:00+00'), ('00000000-0000-0000-0000-000000000003', true, 5, '2026-03-09 00:00+00'),
    ('00000000-0000-0000-0000-000000000004', false, null, '2026-03-02 00:00+00');
select analytics.refresh_view('mv_lesion_topic_weeks');

select results_eq(
    $$ select lesion, topic, week_start, question_count, attempts, correct_attempts, accuracy_rate, median_duration_ms
       from analytics.mv_lesion_topic_weeks order by lesion, topic, week_start $$,
    $$ values
        ('untagged' collate "C", 'untagged' collate "C", date '2026-03-02', 1::bigint, 1::bigint, 0::bigint, 0.00::numeric, null::numeric),
        ('v s d', 'Valves', date '2026-03-09', 1, 1, 1, 1.00, 5.0),
        ('vsd', 'Shunts', date '2026-03-02', 2, 4, 2, 0.50, 25.0),
        ('vsd', 'Shunts', date '2026-03-09', 1, 1, 1, 1.00, null) $$,
    'one row for each lesion, topic and week, over all questions of the cell'
);

select * from finish();
rollback;
