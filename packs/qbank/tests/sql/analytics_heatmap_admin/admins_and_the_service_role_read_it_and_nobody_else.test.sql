begin;
select plan(13);

insert into public.questions (id, lesion, topic) values ('00000000-0000-0000-0000-000000000001', 'VSD', 'Shunts');
insert into public.responses (question_id, is_correct, duration_ms, answered_at)
values ('00000000-0000-0000-0000-000000000001', true, 1500, '2026-03-02 00:00+00');

set local role service_role;
select throws_ok($$ select * from public.analytics_heatmap_admin() $$, '55000', 'the heatmap was never refreshed', 'an empty view says so');
reset role;
select analytics.refresh_view('analytics_heatmap_agg');

set local role anon;
select throws_ok($$ select * from public.analytics_heatmap_admin() $$, '42501', 'permission denied for function analytics_heatmap_admin', 'anon is refused');
select throws_ok($$ select * from freshet.analytics_heatmap_admin() $$, '42501', null, 'also behind the wrapper');

set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated"}';
select throws_ok($$ select * from public.analytics_heatmap_admin() $$, '42501', 'permission denied: admins only', 'a learner is told why');
select throws_ok($$ select * from freshet.analytics_heatmap_admin() $$, '42501', 'permission denied: admins only', 'also behind the wrapper');
select throws_ok($$ select * from analytics.analytics_heatmap_agg $$, '42501', null, 'and does not reach the view');
select throws_ok($$ select * from analytics.question_tags $$, '42501', null, 'nor the tags');
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "user_metadata": {"is_admin": true}}';
select throws_ok($$ select * from public.analytics_heatmap_admin() $$, '42501', 'permission denied: admins only', 'what users write about themselves counts for nothing');
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "is_admin": "true"}';
select throws_ok($$ select * from public.analytics_heatmap_admin() $$, '42501', null, 'the word "true" is not true');
set local request.jwt.claims = '';
select throws_ok($$ select * from public.analytics_heatmap_admin() $$, '42501', null, 'no claims at all are refused');

set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select results_eq(
    $$ select * from public.analytics_heatmap_admin() $$,
    $$ values ('00000000-0000-0000-0000-000000000001'::uuid, 'vsd'::text, 'Shunts'::text, date '2026-03-02', 1::bigint, 1::bigint, 1.00::numeric, 1500.0::numeric) $$,
    'an admin reads every row'
);
select throws_ok($$ select * from analytics.analytics_heatmap_agg $$, '42501', null, 'through the function only');
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select is((select count(*) from public.analytics_heatmap_admin()), 1::bigint, 'so does the service role');

reset role;
select * from finish();
rollback;
