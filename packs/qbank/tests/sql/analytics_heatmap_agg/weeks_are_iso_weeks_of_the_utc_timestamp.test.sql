-- Moments around midnight, the turn of a year and clock changes, written in many offsets, read by a session in New York.
-- 2020-12-31 is a Thursday in week 53 of 2020; 2024-12-30 is the Monday of week 1 of 2025. Clocks: US 2026-03-08 02:00 EST → 03:00,
-- EU 2026-03-29 01:00 UTC, US 2026-11-01 02:00 EDT → 01:00, whose hour from 01:00 to 02:00 passes twice.
begin;
select plan(2);

set local timezone = 'America/New_York';
insert into public.questions (id, lesion, topic) values ('00000000-0000-0000-0000-000000000001', 'asd', 'T');
insert into public.responses (question_id, is_correct, duration_ms, answered_at)
select '00000000-0000-0000-0000-000000000001', true, a.place, a.at
from (values
    (1, '2026-01-04 23:59:59.999999+00'::timestamptz), (2, '2026-01-05 00:00:00+00'),
    (3, '2026-01-04 19:00:00-05'), (4, '2026-01-05 00:59:59+01'),
    (5, '2020-12-31 23:59:59+00'), (6, '2021-01-03 23:59:59+00'), (7, '2021-01-04 00:00:00+00'),
    (8, '2024-12-29 23:59:59+00'), (9, '2024-12-30 00:00:00+00'),
    (10, '2026-03-08 23:30:00-04'), (11, '2026-03-08 19:59:59-04'),
    (12, '2026-03-29 23:59:59+00'), (13, '2026-03-30 01:30:00+02'), (14, '2026-03-30 02:00:00+02'),
    (15, '2026-11-01 01:30:00-04'), (16, '2026-11-01 01:30:00-05'), (17, '2026-11-01 19:00:00-05')
) as a (place, at);
select analytics.refresh_view('analytics_heatmap_agg');

select results_eq(
    $$ select week_start, attempts from analytics.analytics_heatmap_agg order by week_start $$,
    $$ values
        (date '2020-12-28', 2::bigint), (date '2021-01-04', 1),
        (date '2024-12-23', 1), (date '2024-12-30', 1),
        (date '2025-12-29', 2), (date '2026-01-05', 2),
        (date '2026-03-02', 1), (date '2026-03-09', 1),
        (date '2026-03-23', 2), (date '2026-03-30', 1),
        (date '2026-10-26', 2), (date '2026-11-02', 1) $$,
    'the week is that of the moment in UTC, whatever zone it was written in or is read in'
);
select is_empty(
    $$ select week_start from analytics.analytics_heatmap_agg where extract(isodow from week_start) <> 1 $$,
    'a week starts on a Monday'
);

select * from finish();
rollback;
