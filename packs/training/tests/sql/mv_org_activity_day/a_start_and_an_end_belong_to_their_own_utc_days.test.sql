-- 03-01: u1 twice (10 points; no score, ends on 03-02), u2 once (5 points, no end)   started 3, ended 1, scored 2, sum 15, users 2
-- 03-02: nothing begins                                                                started 0, ended 1
-- Totals up to the day, of those that ended: 03-01 1 (scored 1, sum 10); 03-02 2 (scored 1, sum 10); 03-03 3 (scored 2, sum 12.5).
-- u1's first end is on 03-01; u2 has none.
-- 03-03: u1 at 00:00:00 UTC, which is 03-02 in New York (2.5 points)                     started 1, ended 1, scored 1, sum 2.5, users 1
begin;
select plan(3);

set local timezone = 'America/New_York';
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1'), ('u2');
insert into public.org_members (org_id, user_id) select '00000000-0000-0000-0000-0000000000a1', u.id from public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, duration_seconds, started_at, ended_at)
select '00000000-0000-0000-0000-0000000000a1', a.who, 'completed', a.score, a.seconds, a.started, a.ended
from (values
    ('u1', 10, 60, '2026-03-01 08:00+00'::timestamptz, '2026-03-01 09:00+00'::timestamptz),
    ('u1', null, 30, '2026-03-01 23:59:59+00', '2026-03-02 00:00:00+00'),
    ('u2', 5, null, '2026-03-01 08:00+00', null),
    ('u1', 2.5, null, '2026-03-03 00:00:00+00', '2026-03-03 00:10+00')
) as a (who, score, seconds, started, ended);
select analytics.refresh_view('mv_org_activity_day');
select analytics.refresh_view('mv_user_activity_day');

select results_eq(
    $$ select active_on, started_count, ended_count, scored_count, score_sum, active_users_count
       from analytics.mv_org_activity_day order by active_on $$,
    $$ values (date '2026-03-01', 3::bigint, 1::bigint, 2::bigint, 15::numeric, 2::bigint),
              (date '2026-03-02', 0, 1, 0, 0, 0), (date '2026-03-03', 1, 1, 1, 2.5, 1) $$,
    'an organisation''s days as worked out above'
);
select results_eq(
    $$ select active_on, total_ended_count, total_scored_count, total_score_sum, last_ended_at
       from analytics.mv_org_activity_day order by active_on $$,
    $$ values (date '2026-03-01', 1::bigint, 1::bigint, 10::numeric, '2026-03-01 09:00+00'::timestamptz),
              (date '2026-03-02', 2, 1, 10, '2026-03-02 00:00+00'), (date '2026-03-03', 3, 2, 12.5, '2026-03-03 00:10+00') $$,
    'and the totals up to each'
);
select results_eq(
    $$ select user_id, active_on, attempts_count, scored_count, score_sum, duration_seconds, ended_count, is_first_end
       from analytics.mv_user_activity_day order by user_id, active_on $$,
    $$ values ('u1'::text, date '2026-03-01', 2::bigint, 1::bigint, 10::numeric, 90::bigint, 1::bigint, true),
              ('u1', date '2026-03-02', 0, 0, 0, 0, 1, false),
              ('u1', date '2026-03-03', 1, 1, 2.5, 0, 1, false), ('u2', date '2026-03-01', 1, 1, 5, 0, 0, false) $$,
    'a user''s days are days of the start, and of the end for what has ended'
);

select * from finish();
rollback;
