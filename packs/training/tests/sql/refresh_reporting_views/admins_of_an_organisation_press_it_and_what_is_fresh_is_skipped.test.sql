begin;
select plan(15);

-- The schedule may have had its turn a moment ago.
delete from analytics.refresh_log;
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) values ('u1'), ('u2');
insert into public.org_members (org_id, user_id, role) values
    ('00000000-0000-0000-0000-0000000000a1', 'u1', 'admin'), ('00000000-0000-0000-0000-0000000000a1', 'u2', 'manager'), ('00000000-0000-0000-0000-0000000000b1', 'u1', 'trainee');
create temporary table pack as
    select v.name from unnest(array['mv_assignment_status', 'mv_kpi_attempts', 'mv_kpi_call_days', 'mv_kpi_call_minutes', 'mv_kpi_users', 'mv_kpi_weeks', 'mv_leaderboard_month', 'mv_org_activity_day', 'mv_org_overview', 'mv_scenario_days', 'mv_scenario_insights', 'mv_user_activity_day']) as v (name);
grant select on pack to authenticated, service_role;

set local role anon;
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied for function refresh_reporting_views', 'anon is refused');
set local role authenticated;
set local request.jwt.claims = '{"sub": "u2", "role": "authenticated", "org_role": "manager", "org_id": "00000000-0000-0000-0000-0000000000a1"}';
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'a manager is refused');
set local request.jwt.claims = '{"sub": "u2", "role": "authenticated", "org_role": "admin", "org_id": "00000000-0000-0000-0000-0000000000a1"}';
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'also one whose token still says admin');
set local request.jwt.claims = '{"sub": "u1", "role": "authenticated", "org_role": "admin", "org_id": "00000000-0000-0000-0000-0000000000b1"}';
select throws_ok($$ select freshet.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'and the admin of another organisation, also behind the wrapper');
set local request.jwt.claims = '{"sub": "u1", "role": "authenticated", "org_role": "admin", "org_id": "org_abc123"}';
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'an organisation of any spelling is refused, not an error');

set local request.jwt.claims = '{"sub": "u1", "role": "authenticated", "org_role": "admin", "org_id": "00000000-0000-0000-0000-0000000000a1"}';
select results_eq(
    $$ select view_name, requested_by, outcome in ('refreshed', 'skipped_clean') from public.refresh_reporting_views() order by view_name $$,
    $$ select name, 'manual'::text, true from pack order by name $$,
    'an organisation''s admin refreshes every view of the pack, and no other'
);
reset role;
create temporary table pressed as select count(*) as runs from analytics.refresh_log where requested_by = 'manual';
set local role authenticated;
select results_eq($$ select view_name from public.refresh_reporting_views() order by view_name $$, $$ select name from pack order by name $$, 'a second time within the minute is no error: each view answers with its row of then');
reset role;
select is((select count(*) from analytics.refresh_log where requested_by = 'manual'), (select runs from pressed), 'and nothing was done again');

-- One of them two minutes ago, one failed half a minute ago.
update analytics.refresh_log set started_at = now() - interval '2 minutes' where view_name = 'mv_kpi_weeks';
update analytics.refresh_log set outcome = 'failed' where view_name = 'mv_kpi_users';
set local role authenticated;
select is((select count(*) from public.refresh_reporting_views()), 12::bigint, 'where some are due');
reset role;
select set_eq(
    $$ select view_name from analytics.refresh_log where id > (select max(id) - 2 from analytics.refresh_log) $$,
    array['mv_kpi_weeks', 'mv_kpi_users'],
    'those alone are done'
);
update public.org_members set left_at = now() where user_id = 'u1' and role = 'admin';
set local role authenticated;
select throws_ok($$ select public.refresh_reporting_views() $$, '42501', 'permission denied: admins only', 'who has left presses in vain');

set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select is((select count(*) from public.refresh_reporting_views() where outcome = 'skipped_clean' and started_at > statement_timestamp()), 12::bigint, 'the service role may again at once');
reset role;
set local request.jwt.claims = '';
drop index analytics.mv_org_overview_key;
insert into public.scenario_attempts (org_id, user_id, status, started_at) values ('00000000-0000-0000-0000-0000000000a1', 'u1', 'completed', '2026-03-01 10:00+00');
select results_eq(
    $$ select outcome, sqlstate from public.refresh_reporting_views() where view_name = 'mv_org_overview' $$,
    $$ values ('failed'::text, '42P10'::text) $$,
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
