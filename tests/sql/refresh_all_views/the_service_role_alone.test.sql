begin;
select plan(5);

create function pg_temp.executors() returns setof text language sql as $$
    select r.rolname::text from pg_roles as r
    where has_function_privilege(r.rolname, 'analytics.refresh_all_views()', 'execute') and not r.rolsuper
$$;
select set_eq($$ select * from pg_temp.executors() $$, array['postgres', 'service_role'], 'the owner and the service role may call it');

set local role anon;
select throws_ok($$ select * from analytics.refresh_all_views() $$, '42501', null, 'anon may not');
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated"}';
select throws_ok($$ select * from analytics.refresh_all_views() $$, '42501', null, 'a member may not');
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select throws_ok($$ select * from analytics.refresh_all_views() $$, '42501', null, 'an admin has manual_refresh(), with its limit, instead');
reset role;
set local role service_role;
select lives_ok($$ select * from analytics.refresh_all_views() $$, 'the service role may');

reset role;
select * from finish();
rollback;
