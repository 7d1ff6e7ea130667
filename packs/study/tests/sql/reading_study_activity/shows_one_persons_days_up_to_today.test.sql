begin;
select plan(3);

insert into analytics.daily_user_stats
select u, d, 1, 1, 60, 2, 1, 0.5, 10, 0, 1, now(), 'probe'
from (values ('anna'), ('ben')) as people (u),
    unnest(array['2026-03-01', '2026-03-02', '2026-05-29', '2026-05-30', '2026-05-31']::date[]) as d;

select results_eq(
    $$ select user_id, stat_date from freshet.reading_study_activity('{"params": {"days": 90}, "today": "2026-05-30", "person": "anna"}') order by stat_date $$,
    $$ values ('anna', '2026-03-02'::date), ('anna', '2026-05-29'::date), ('anna', '2026-05-30'::date) $$,
    '90 days that end today: the 89th day before it is the first, and tomorrow is none'
);
select results_eq(
    $$ select stat_date from freshet.reading_study_activity('{"params": {"days": 1}, "today": "2026-05-30", "person": "ben"}') $$,
    $$ values ('2026-05-30'::date) $$,
    'one day is today'
);
select is_empty($$ select from freshet.reading_study_activity('{"params": {"days": 90}, "today": "2026-05-30"}') $$, 'without a person there is no row');

select * from finish();
rollback;
