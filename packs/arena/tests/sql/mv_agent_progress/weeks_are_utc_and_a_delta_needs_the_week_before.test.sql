-- Sunday 2026-01-04 23:59:59 UTC belongs to the week of 2025-12-29; a second later is the next week, in every session zone.
begin;
select plan(2);

set local timezone = 'America/New_York';
insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'agent');
insert into public.submissions (agent_id, challenge_id, status, composite_score, created_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', s.status, s.score, s.at
from (values
    ('scored', 10, '2025-12-30 08:00+00'::timestamptz), ('scored', 25, '2026-01-04 23:59:59+00'),
    ('scored', 40, '2026-01-05 00:00:00+00'),
    ('scored', 70, '2026-01-20 00:00:00+00'),
    ('scored', 65.5, '2026-01-26 00:00:00+00'),
    ('scored', null, '2026-01-27 00:00:00+00'), ('judging', 99, '2026-01-27 00:00:00+00')
) as s (status, score, at);
select analytics.refresh_view('mv_agent_progress');

select results_eq(
    $$ select week, submission_count, avg_composite_score, best_composite_score, worst_composite_score from analytics.mv_agent_progress order by week $$,
    $$ values (date '2025-12-29', 2::bigint, 17.500, 25.000, 10.000), (date '2026-01-05', 1, 40.000, 40.000, 40.000),
              (date '2026-01-19', 1, 70.000, 70.000, 70.000), (date '2026-01-26', 1, 65.500, 65.500, 65.500) $$,
    'weeks start on Monday 00:00 UTC and cross the year'
);
select results_eq(
    $$ select wow_composite_delta from analytics.mv_agent_progress order by week $$,
    $$ values (null::numeric), (22.500), (null), (-4.500) $$,
    'the first week and a week after a gap have no delta'
);

select * from finish();
rollback;
