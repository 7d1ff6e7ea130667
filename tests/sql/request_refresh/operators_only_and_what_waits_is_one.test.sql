begin;
select plan(21);
delete from analytics.refresh_log;

set local role anon;
set local request.jwt.claims = '{"role": "anon"}';
select throws_ok($$ select analytics.request_refresh('mv_agent_progress') $$, '42501', null, 'anon is refused');
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "user_metadata": {"is_admin": true}}';
select throws_ok($$ select analytics.request_refresh('mv_agent_progress') $$, '42501', 'permission denied: admins only', 'a member is refused');
select throws_ok($$ select analytics.refresh_request(1) $$, '42501', 'permission denied: admins only', 'and may not look either');
select throws_ok($$ select freshet.request_refresh('mv_agent_progress', null, 'service') $$, '42501', null, 'nor go in by the back door');

set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select throws_ok($$ select analytics.request_refresh('mv_nowhere') $$, 'PT404', 'unknown view "mv_nowhere"', 'an unknown view is named');
select throws_ok($$ select analytics.request_refresh(pack => 'nobody') $$, 'PT404', 'unknown pack "nobody"', 'an unknown pack is named');
select throws_ok($$ select analytics.request_refresh() $$, 'PT400', null, 'something is asked for');
select throws_ok($$ select analytics.request_refresh('mv_agent_progress', 'arena') $$, 'PT400', null, 'and one thing');

create temporary table asked on commit drop as select analytics.request_refresh('mv_agent_progress', asked_by => 'service') as a;
select is(
    (select (a - 'id' - 'requested_at') || jsonb_build_object('views', (a -> 'views' -> 0) - 'started_at' - 'finished_at') from asked),
    '{"state": "queued", "view": "mv_agent_progress", "pack": null, "requested_by": "admin", "finished_at": null, "views": {"view": "mv_agent_progress", "state": "queued", "outcome": null, "refresh_id": null, "group_count": null, "changed_count": null, "unexplained_count": null, "sqlstate": null, "message": null, "attempt_count": 0}}'::jsonb,
    'an admin gets the request as it stands, and is an admin whatever the argument says'
);
select is(analytics.request_refresh('mv_agent_progress') -> 'id', (select a -> 'id' from asked), 'asked twice it is one');
select is(analytics.refresh_request((select (a ->> 'id')::bigint from asked)), (select a from asked), 'who looks sees the same');
select is(analytics.refresh_request(999999999), null, 'of what nobody asked for there is nothing');
select isnt(analytics.request_refresh(pack => 'arena') -> 'id', (select a -> 'id' from asked), 'a pack is asked for on its own');

-- Done a moment ago.
reset role;
select freshet.claim_refresh(), freshet.run_refresh();
select isnt((select r.finished_at from analytics.refresh_requests as r where r.view_name = 'mv_agent_progress'), null, 'the queue does it');
set local role authenticated;
select throws_ok($$ select analytics.request_refresh('mv_agent_progress') $$, 'PT429', null, 'an admin asks once a minute for each view');
select throws_ok($$ select analytics.manual_refresh('mv_agent_progress') $$, 'PT429', null, 'by hand and by the queue together');
select is((analytics.request_refresh('popular_tracks')) ->> 'state', 'queued', 'another view is another matter');

set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select is(analytics.request_refresh('mv_agent_progress') ->> 'requested_by', 'service', 'the secret key asks as often as it likes');
select is(analytics.request_refresh('mv_agent_progress', asked_by => 'reader') ->> 'requested_by', 'service', 'and a reader is shown what waits');
reset role;
delete from analytics.refresh_request_views as v where v.view_name = 'mv_agent_progress' and v.outcome is null;
delete from analytics.refresh_requests as r where r.view_name = 'mv_agent_progress' and r.finished_at is null;
set local role service_role;
select throws_ok($$ select analytics.request_refresh('mv_agent_progress', asked_by => 'reader') $$, 'PT429', null, 'readers are held to the minute by the key that asks for them');
select throws_ok($$ select * from analytics.refresh_requests $$, '42501', null, 'the queue itself is closed');

reset role;
select * from finish();
rollback;
