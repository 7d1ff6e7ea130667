begin;
select plan(5);

select set_eq($$ select view_name from analytics.health_check() $$, $$ select view_name from analytics.views $$, 'the owner sees every registered view');
-- A job may have refreshed its view before.
update analytics.views set version = 0, refreshed_at = null, verified_at = null;
select is_empty($$ select view_name from analytics.health_check() where not is_stale $$, 'a view that was never refreshed is stale');

select analytics.refresh_view('mv_agent_progress');
update analytics.views set verified_at = now() - stale_after - interval '1 second' where view_name = 'mv_agent_progress';
select is((select is_stale from analytics.health_check() where view_name = 'mv_agent_progress'), true, 'a view older than its objective is stale');

set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated"}';
select throws_ok($$ select * from analytics.health_check() $$, '42501', null, 'a member is refused health_check()');
select throws_ok($$ select * from analytics.get_cron_job_status() $$, '42501', null, 'a member is refused get_cron_job_status()');

reset role;
select * from finish();
rollback;
