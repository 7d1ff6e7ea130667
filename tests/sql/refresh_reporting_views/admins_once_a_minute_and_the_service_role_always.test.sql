begin;
select plan(9);

set local role anon;
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied for function refresh_reporting_views', 'anon is refused');
set local role authenticated;
set local request.jwt.claims = '{"sub": "u1", "role": "authenticated", "org_role": "admin", "org_id": "00000000-0000-0000-0000-0000000000a1"}';
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'an organisation''s admin does not operate the platform');
select throws_ok($$ select private.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'also behind the wrapper');

set local request.jwt.claims = '{"sub": "root", "role": "authenticated", "is_admin": true}';
select results_eq(
    $$ select view_name, requested_by, outcome in ('refreshed', 'skipped_clean') from public.refresh_reporting_views() order by view_name $$,
    $$ select v.name, 'manual'::text, true
       from unnest(array['mv_assignment_status', 'mv_kpi_call_minutes', 'mv_kpi_users', 'mv_kpi_weeks', 'mv_leaderboard_month', 'mv_org_activity_day', 'mv_org_overview', 'mv_scenario_insights', 'mv_user_activity_day']) as v (name) $$,
    'an admin refreshes every view of the pack, and no other'
);
select throws_ok($$ select public.refresh_reporting_views() $$, 'PT429', null, 'a second time within the minute is refused');

set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select is((select count(*) from public.refresh_reporting_views() where outcome = 'skipped_clean'), 9::bigint, 'the service role may again at once');
reset role;
set local request.jwt.claims = '';
drop index analytics.mv_org_overview_key;
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u1');
insert into public.scenario_attempts (org_id, user_id, status, started_at) values ('00000000-0000-0000-0000-0000000000a1', 'u1', 'completed', '2026-03-01 10:00+00');
select results_eq(
    $$ select outcome, sqlstate from public.refresh_reporting_views() where view_name = 'mv_org_overview' $$,
    $$ values ('failed'::text, '55000'::text) $$,
    'a view that fails says so'
);
select is((select sum(started_count) from analytics.mv_org_activity_day), 1::numeric, 'and the others are refreshed all the same');

select is(
    (select array_agg(view_name || ' ' || schedule order by view_name) from analytics.views where schedule = '0 2 * * *' and pack = 'training'),
    array['mv_leaderboard_month 0 2 * * *', 'mv_org_overview 0 2 * * *', 'mv_scenario_insights 0 2 * * *'],
    'the three views of the document are scheduled at 02:00 UTC, each by itself'
);

select * from finish();
rollback;
