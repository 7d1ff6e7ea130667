begin;
select plan(3);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-000000000001', 'Heart');
insert into analytics.question_reviews (
    user_id, question_id, topic_id, attempts_count, correct_count, is_first_correct, easiness_factor, repetition, interval_days,
    reviewed_at, last_answered_at, due_on, calculation_version
)
select
    u, ('00000000-0000-4000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-4000-8000-000000000001', 1, 1, true, 2.5, 1, 1,
    '2026-05-20 10:00+00', '2026-05-20 10:00+00', '2026-05-28'::date + n, 'probe'
from (values ('anna'), ('ben')) as people (u), generate_series(0, 5) as n;

select results_eq(
    $$ select right(question_id::text, 2), due_on, overdue_days, topic_name from freshet.reading_study_reviews_due('{"params": {"days_ahead": 0}, "today": "2026-05-30", "person": "anna"}') order by due_on $$,
    $$ values ('00', '2026-05-28'::date, 2, 'Heart'), ('01', '2026-05-29'::date, 1, 'Heart'), ('02', '2026-05-30'::date, 0, 'Heart') $$,
    'due are the questions of today and of the days before, with how long they have waited'
);
select is(
    (select count(*) from freshet.reading_study_reviews_due('{"params": {"days_ahead": 2}, "today": "2026-05-30", "person": "anna"}')),
    5::bigint, 'two days ahead add two'
);
select is_empty($$ select from freshet.reading_study_reviews_due('{"params": {"days_ahead": 30}, "today": "2026-05-30"}') $$, 'without a person there is no row');

select * from finish();
rollback;
