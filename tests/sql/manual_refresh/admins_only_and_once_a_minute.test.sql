begin;
select plan(8);

-- Its job may have refreshed it before.
update analytics.views set source_snapshot = null, version = 0 where view_name = 'mv_agent_progress';

set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated"}';
select throws_ok($$ select analytics.manual_refresh('mv_agent_progress') $$, '42501', 'permission denied: admins only', 'a member is refused');
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "is_admin": "true"}';
select throws_ok($$ select analytics.manual_refresh('mv_agent_progress') $$, '42501', null, 'the word "true" is not true');
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "user_metadata": {"is_admin": true}}';
select throws_ok($$ select analytics.manual_refresh('mv_agent_progress') $$, '42501', null, 'what users write about themselves counts for nothing');
set local request.jwt.claims = '';
select throws_ok($$ select analytics.manual_refresh('mv_agent_progress') $$, '42501', null, 'no claims at all are refused');

set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select throws_ok($$ select analytics.manual_refresh('mv_nowhere') $$, '42P01', 'unknown view "mv_nowhere"', 'an unknown view is named');
select results_eq(
    $$ select view_name, requested_by, outcome, version from analytics.manual_refresh('mv_agent_progress') $$,
    $$ values ('mv_agent_progress'::text, 'manual'::text, 'refreshed'::text, 1::bigint) $$,
    'an admin refreshes and gets the ledger row'
);
select throws_ok($$ select analytics.manual_refresh('mv_agent_progress') $$, 'PT429', null, 'a second one within the minute is refused');
select throws_ok($$ select analytics.manual_refresh() $$, 'PT429', null, 'refreshing all is not a way around it');

reset role;
select * from finish();
rollback;
