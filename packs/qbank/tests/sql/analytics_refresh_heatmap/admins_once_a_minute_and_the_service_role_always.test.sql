begin;
select plan(10);

set local role anon;
select throws_ok($$ select public.analytics_refresh_heatmap() $$, '42501', 'permission denied for function analytics_refresh_heatmap', 'anon is refused');
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated"}';
select throws_ok($$ select public.analytics_refresh_heatmap() $$, '42501', 'permission denied: admins only', 'a learner is told why');
select throws_ok($$ select freshet.analytics_refresh_heatmap() $$, '42501', 'permission denied: admins only', 'also behind the wrapper');

set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select results_eq(
    $$ select view_name, requested_by, outcome from public.analytics_refresh_heatmap() $$,
    $$ values ('analytics_heatmap_agg'::text, 'manual'::text, 'refreshed'::text) $$,
    'an admin refreshes and gets the ledger row'
);
select throws_ok($$ select public.analytics_refresh_heatmap() $$, 'PT429', null, 'a second one within the minute is refused');

set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select is((public.analytics_refresh_heatmap()).outcome, 'skipped_clean', 'the service role may again at once');
insert into public.questions (id, lesion, topic) values ('00000000-0000-0000-0000-000000000001', 'VSD', 'Shunts');
insert into public.responses (question_id, is_correct) values ('00000000-0000-0000-0000-000000000001', true);
select is((public.analytics_refresh_heatmap()).rows_after, 1::bigint, 'and sees what was written');

reset role;
set local request.jwt.claims = '';
-- Not clean: what this transaction wrote is not yet committed for any snapshot.
select is((public.analytics_refresh_heatmap()).outcome, 'refreshed', 'the owner in a direct session may, as a job of pg_cron does');
drop index analytics.analytics_heatmap_agg_key;
insert into public.responses (question_id, is_correct) values ('00000000-0000-0000-0000-000000000001', true);
select throws_ok($$ select public.analytics_refresh_heatmap() $$, '42P10', null, 'a failure is raised, so that a job does not count as succeeded');
select is((select attempts from analytics.analytics_heatmap_agg), 1::bigint, 'and the old rows stay');

select * from finish();
rollback;
