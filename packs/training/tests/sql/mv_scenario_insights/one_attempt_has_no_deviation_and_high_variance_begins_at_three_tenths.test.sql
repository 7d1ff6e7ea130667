-- Scenario  scores          average  deviation (sample)                         median  seconds            variance
-- one       80              80       null: a spread needs two                   80      null               low
-- at        7, 10, 13       10       sqrt((9 + 0 + 9) / 2) = 3 = 0.3 * 10       10      (10 + 20) / 2      high, exactly at the threshold
-- under     7.001, 10, 13   10.0003… sqrt(8.997…) = 2.9995 < 0.3 * 10.0003      10                         low
-- even      1, 2, 4, 9      4        sqrt((9 + 4 + 0 + 25) / 3) = 3.5590…       (2 + 4) / 2 = 3            high
-- zeros     0, 0            0        0: nothing varies                          0                          low
-- The attempts without a scenario and without a score are in no row.
begin;
select plan(1);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u1');
insert into public.scenarios (id, org_id, title)
select md5(s.title)::uuid, '00000000-0000-0000-0000-0000000000a1', s.title
from unnest(array['one', 'at', 'under', 'even', 'zeros']) as s (title);
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, duration_seconds, started_at, ended_at)
select
    '00000000-0000-0000-0000-0000000000a1', 'u1', md5(a.title)::uuid, 'completed', a.score, a.seconds,
    '2026-03-01 09:00+00', '2026-03-01 10:00+00'::timestamptz + a.hours * interval '1 hour'
from (values
    ('one', 80, null, null), ('at', 7, 10, 3), ('at', 10, 20, 1), ('at', 13, null, 2), ('under', 7.001, null, 0), ('under', 10, null, 0), ('under', 13, null, 0),
    ('even', 9, 1, 0), ('even', 2, 1, 0), ('even', 1, 1, 0), ('even', 4, 2, 0), ('zeros', 0, null, 0), ('zeros', 0, null, 0),
    (null, 1, 1, 0), ('one', null, 7, 9)
) as a (title, score, seconds, hours);
select analytics.refresh_view('mv_scenario_insights');

select results_eq(
    $$ select title, attempt_count, avg_score, score_stddev, avg_duration, median_score, last_attempted, has_high_variance
       from analytics.mv_scenario_insights order by title collate "C" $$,
    $$ values ('at'::text, 3::bigint, 10.000, 3.000, 15.000, 10.000, '2026-03-01 13:00+00'::timestamptz, true),
              ('even', 4, 4.000, 3.559, 1.250, 3.000, '2026-03-01 10:00+00', true),
              ('one', 1, 80.000, null, null, 80.000, null, false),
              ('under', 3, 10.000, 3.000, null, 10.000, '2026-03-01 10:00+00', false),
              ('zeros', 2, 0.000, 0.000, null, 0.000, '2026-03-01 10:00+00', false) $$,
    'every column as worked out above'
);

select * from finish();
rollback;
