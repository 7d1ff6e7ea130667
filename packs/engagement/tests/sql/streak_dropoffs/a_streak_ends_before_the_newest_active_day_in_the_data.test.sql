-- The newest active day is 2026-03-10. Streaks:
--   learner 1: 12-31, 01-01 (over the year's end)      2 days, ended     learner 1: 03-10        1 day, goes on
--   learner 2: 03-07, 03-08, 03-09, 03-10 (over the clock change) 4 days, goes on
--   learner 3: 03-06, 03-07, 03-08, 03-09               4 days, ended     learner 3: 01-01        1 day, ended
--   learner 4: 02-01 and 02-03                          1 day twice, both ended
-- 7 streaks: of 1 day 4 (3 ended), of 2 days 1 (ended), of 3 none, of 4 days 2 (1 ended)
--   length  reached  ended  rate
--   1       7        3      3/7 = 0.4286
--   2       3        1      1/3 = 0.3333
--   3       2        0      0
--   4       2        1      0.5
begin;
select plan(4);

insert into public.review_sessions (user_id, started_at)
select ('00000000-0000-0000-0000-00000000000' || r.learner)::uuid, r.day + time '12:00' at time zone 'UTC'
from (values
    (1, date '2025-12-31'), (1, '2026-01-01'), (1, '2026-03-10'), (1, '2026-03-10'),
    (2, '2026-03-07'), (2, '2026-03-08'), (2, '2026-03-09'), (2, '2026-03-10'),
    (3, '2026-03-06'), (3, '2026-03-07'), (3, '2026-03-08'), (3, '2026-03-09'), (3, '2026-01-01'),
    (4, '2026-02-01'), (4, '2026-02-03')
) as r (learner, day);
select analytics.refresh_view('active_learning_days');
select analytics.refresh_view('streak_dropoffs');

select results_eq(
    $$ select streak_days, reached_count, ended_count, dropoff_rate from analytics.streak_dropoffs order by streak_days $$,
    $$ values (1, 7::bigint, 3::bigint, 0.4286), (2, 3, 1, 0.3333), (3, 2, 0, 0.0000), (4, 2, 1, 0.5000) $$,
    'one row for each length up to the longest, also for one at which nobody stopped'
);
select is(
    (select sum(ended_count) from analytics.streak_dropoffs),
    5::numeric,
    'each of the five streaks that are over has ended once'
);

delete from public.review_sessions where user_id <> '00000000-0000-0000-0000-000000000002';
select analytics.refresh_view('active_learning_days');
select analytics.refresh_view('streak_dropoffs');
select results_eq(
    $$ select streak_days, reached_count, ended_count, dropoff_rate from analytics.streak_dropoffs order by streak_days $$,
    $$ values (1, 1::bigint, 0::bigint, 0.0000), (2, 1, 0, 0.0000), (3, 1, 0, 0.0000), (4, 1, 0, 0.0000) $$,
    'one learner alone has stopped nowhere'
);

delete from public.review_sessions;
select analytics.refresh_view('active_learning_days');
select analytics.refresh_view('streak_dropoffs');
select is_empty($$ select * from analytics.streak_dropoffs $$, 'without an active day there is no length');

select * from finish();
rollback;
