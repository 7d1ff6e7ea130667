-- Mondays and ISO weeks from a printed calendar: 2020 has 53 weeks, 2025-01-01 is a Wednesday, 2028 is a leap year.
begin;
select plan(2);

select results_eq(
    $$ select t.today, freshet.last_whole_week(t.today) from unnest(array[
        '2026-11-30', '2026-12-01', '2026-12-06', '2026-12-07', '2021-01-01', '2021-01-03', '2021-01-04', '2021-01-10', '2025-01-01', '2025-01-06',
        '2028-02-29', '2028-03-06']::date[]) as t (today) $$,
    $$ values
        ('2026-11-30'::date, '2026-11-23'::date), -- the Monday on which the job runs
        ('2026-12-01', '2026-11-23'), -- a run that is a day late
        ('2026-12-06', '2026-11-23'), -- and six days
        ('2026-12-07', '2026-11-30'), -- the next Monday
        ('2021-01-01', '2020-12-21'), -- in ISO week 53 of 2020
        ('2021-01-03', '2020-12-21'),
        ('2021-01-04', '2020-12-28'), -- a week of two years
        ('2021-01-10', '2020-12-28'),
        ('2025-01-01', '2024-12-23'),
        ('2025-01-06', '2024-12-30'),
        ('2028-02-29', '2028-02-21'),
        ('2028-03-06', '2028-02-28') $$,
    'the last whole week is the one before the week of today, however late the run is'
);
select is_empty(
    $$ select d::date from generate_series('2019-01-01'::timestamp, '2030-12-31', '1 day') as d
       where extract(isodow from freshet.last_whole_week(d::date)) <> 1 or d::date - freshet.last_whole_week(d::date) not between 7 and 13 $$,
    'on every day of twelve years it is a Monday, seven to thirteen days ago'
);

select * from finish();
rollback;
