-- User u1 in March 2026, scored attempts:  score  seconds  talk / (talk + listen)
--   03-01 00:00:00 UTC (still February in New York)  80  100   30 / (30 + 10)  = 75 %
--   03-31 23:59:59 UTC                               70  null  10 / (10 + 20)  = 33.333… %
--   03-10                                            60  200   0 / (0 + 0): nobody spoke, no percentage
--   03-11                                            55  50    talk was not measured, no percentage
--   03-12, no score: its 999 seconds and its 100 % talk are in no figure
-- average (80 + 70 + 60 + 55) / 4 = 66.25, attempts 4, seconds 100 + 200 + 50 = 350, talk (75 + 33.333…) / 2 = 54.1666… = 54.167.
-- April: 04-01 00:00:00 UTC, 90, no seconds, silence. u1 in the other organisation: February (02-28 23:59:59), 10.
begin;
select plan(1);

set local timezone = 'America/New_York';
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) values ('u1');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u1'), ('00000000-0000-0000-0000-0000000000b1', 'u1');
insert into public.scenario_attempts (org_id, user_id, status, score, duration_seconds, talk_ms, listen_ms, started_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, 'u1', a.status, a.score, a.seconds, a.talk, a.listen, a.at
from (values
    ('a1', 'completed', 80, 100, 30, 10, '2026-03-01 00:00:00+00'::timestamptz),
    ('a1', 'completed', 70, null, 10, 20, '2026-03-31 23:59:59+00'),
    ('a1', 'completed', 60, 200, 0, 0, '2026-03-10 12:00+00'),
    ('a1', 'completed', 55, 50, null, 30, '2026-03-11 12:00+00'),
    ('a1', 'completed', null, 999, 10, 0, '2026-03-12 12:00+00'),
    ('a1', 'abandoned', 99, 999, 10, 0, '2026-03-13 12:00+00'),
    ('a1', 'completed', 90, null, 0, 0, '2026-04-01 00:00:00+00'),
    ('b1', 'completed', 10, 5, 1, 3, '2026-02-28 23:59:59+00')
) as a (org, status, score, seconds, talk, listen, at);
select analytics.refresh_view('mv_leaderboard_month');

select results_eq(
    $$ select right(org_id::text, 2), user_id, month, avg_score, attempts, total_duration, avg_talk_percentage
       from analytics.mv_leaderboard_month order by org_id, month $$,
    $$ values ('a1', 'u1', date '2026-03-01', 66.250, 4::bigint, 350::bigint, 54.167),
              ('a1', 'u1', date '2026-04-01', 90.000, 1, null, null),
              ('b1', 'u1', date '2026-02-01', 10.000, 1, 5, 25.000) $$,
    'every column as worked out above'
);

select * from finish();
rollback;
