-- Figures of the printed calendar: 2020-12-31 is a Thursday of week 53; 2021-01-01 and -03 belong to that week; 2024 is a leap year.
begin;
select plan(3);

delete from analytics.dim_time;
select is(freshet.fill_dim_time('2020-12-31', '2021-01-04') + freshet.fill_dim_time('2024-12-28', '2024-12-31'), 9, 'days are added');
select is(freshet.fill_dim_time('2020-12-31', '2021-01-04'), 0, 'once');
select results_eq(
    $$ select date_key, year, quarter, month, week, iso_year, day_of_week, day_of_month, day_of_year, is_weekend from analytics.dim_time order by date_key $$,
    $$ values
        (date '2020-12-31', 2020, 4, 12, 53, 2020, 4, 31, 366, false),
        ('2021-01-01', 2021, 1, 1, 53, 2020, 5, 1, 1, false),
        ('2021-01-02', 2021, 1, 1, 53, 2020, 6, 2, 2, true),
        ('2021-01-03', 2021, 1, 1, 53, 2020, 7, 3, 3, true),
        ('2021-01-04', 2021, 1, 1, 1, 2021, 1, 4, 4, false),
        ('2024-12-28', 2024, 4, 12, 52, 2024, 6, 28, 363, true),
        ('2024-12-29', 2024, 4, 12, 52, 2024, 7, 29, 364, true),
        ('2024-12-30', 2024, 4, 12, 1, 2025, 1, 30, 365, false),
        ('2024-12-31', 2024, 4, 12, 1, 2025, 2, 31, 366, false) $$,
    'a week belongs to the year of its Thursday'
);

select * from finish();
rollback;
