-- Question 1, week of 2026-03-02: 3 of 8 right = 0.375, half away from zero 0.38; durations 1, 2, 4, 9 and four unknown: (2 + 4) / 2.
-- Week of 2026-03-09: 1 of 3 = 0.333…; one duration. Question 2: nothing right, nothing measured. Question 3: never answered.
-- Question 4: 2 of 3 = 0.666…; durations 100, 101 beside an unknown: 100.5. Question 5: 1 of 200 = 0.005, half away from zero 0.01;
-- durations 1 to 200: 100.5. Question 6: one learner, one answer, right, in no time at all.
begin;
select plan(3);

insert into public.questions (id, lesion, topic)
select ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'VSD', 'Shunts' from generate_series(1, 6) as n;

insert into public.responses (question_id, user_id, is_correct, duration_ms, answered_at)
select ('00000000-0000-0000-0000-00000000000' || a.question)::uuid, gen_random_uuid(), a.is_correct, a.duration_ms, a.answered_on + time '12:00' at time zone 'UTC'
from (values
    (1, true, 9, date '2026-03-02'), (1, true, 2, '2026-03-03'), (1, true, null, '2026-03-04'), (1, false, 1, '2026-03-05'),
    (1, false, 4, '2026-03-06'), (1, false, null, '2026-03-07'), (1, false, null, '2026-03-08'), (1, false, null, '2026-03-08'),
    (1, true, 7000, '2026-03-09'), (1, false, null, '2026-03-10'), (1, false, null, '2026-03-11'),
    (2, false, null, '2026-03-02'), (2, false, null, '2026-03-03'),
    (4, true, 101, '2026-03-02'), (4, true, 100, '2026-03-02'), (4, false, null, '2026-03-02'),
    (6, true, 0, '2026-03-02')
) as a (question, is_correct, duration_ms, answered_on);
insert into public.responses (question_id, is_correct, duration_ms, answered_at)
select '00000000-0000-0000-0000-000000000005', n = 1, n, '2026-03-04 00:00+00' from generate_series(1, 200) as n;

select is((analytics.refresh_view('analytics_heatmap_agg')).outcome, 'refreshed', 'it refreshes');
select results_eq(
    $$ select right(question_id::text, 1)::int, lesion, topic, week_start, attempts, correct_attempts, accuracy_rate, median_duration_ms
       from analytics.analytics_heatmap_agg order by question_id, week_start $$,
    $$ values
        (1, 'vsd' collate "C", 'Shunts' collate "C", date '2026-03-02', 8::bigint, 3::bigint, 0.38::numeric, 3.0::numeric),
        (1, 'vsd', 'Shunts', date '2026-03-09', 3, 1, 0.33, 7000.0),
        (2, 'vsd', 'Shunts', date '2026-03-02', 2, 0, 0.00, null),
        (4, 'vsd', 'Shunts', date '2026-03-02', 3, 2, 0.67, 100.5),
        (5, 'vsd', 'Shunts', date '2026-03-02', 200, 1, 0.01, 100.5),
        (6, 'vsd', 'Shunts', date '2026-03-02', 1, 1, 1.00, 0.0) $$,
    'counts, rates, medians; a question without answers has no row'
);
select is(
    (select string_agg(distinct accuracy_rate::text, ' ' order by accuracy_rate::text) from analytics.analytics_heatmap_agg),
    '0.00 0.01 0.33 0.38 0.67 1.00',
    'a rate always has two decimals'
);

select * from finish();
rollback;
