begin;
select plan(6);

select set_eq(
    $$ select r.rolname::text from pg_roles as r
       where has_function_privilege(r.rolname, 'public.custom_access_token_hook(jsonb)', 'execute') and not r.rolsuper $$,
    array['postgres', 'supabase_auth_admin'],
    'nobody else holds the privilege, the owner aside'
);
select is((select prosecdef from pg_proc where oid = 'public.custom_access_token_hook(jsonb)'::regprocedure), false, 'it runs with the rights of auth');

set local role anon;
select throws_ok($$ select public.custom_access_token_hook('{}') $$, '42501', null, 'anon may not');
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select throws_ok($$ select public.custom_access_token_hook('{}') $$, '42501', null, 'a signed-in admin may not');
reset role;
set local role service_role;
select throws_ok($$ select public.custom_access_token_hook('{}') $$, '42501', null, 'the service role may not');
reset role;
-- On PostgreSQL 15 postgres is no member of it from the start.
grant authenticator to current_user;
set local role authenticator;
select throws_ok($$ select public.custom_access_token_hook('{}') $$, '42501', null, 'the data API may not');

reset role;
select * from finish();
rollback;
