begin;
select plan(13);

insert into public.user_roles (user_id, is_admin) values ('00000000-0000-0000-0000-0000000000ad', true);

set local role anon;
select throws_ok($$ select * from public.user_roles $$, '42501', null, 'anon reads nothing');
select throws_ok($$ insert into public.user_roles (user_id, is_admin) values (gen_random_uuid(), true) $$, '42501', null, 'anon makes no admin');

set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated"}';
select throws_ok($$ select * from public.user_roles $$, '42501', null, 'a member reads nothing, not even the own row');
select throws_ok($$ insert into public.user_roles (user_id, is_admin) values ('00000000-0000-0000-0000-0000000000aa', true) $$, '42501', null, 'a member does not promote himself');
select throws_ok($$ update public.user_roles set is_admin = true $$, '42501', null, 'nor others');
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select throws_ok($$ delete from public.user_roles $$, '42501', null, 'an admin''s token does not reach the table either');

reset role;
select is(has_table_privilege('supabase_auth_admin', 'public.user_roles', 'select'), true, 'auth reads it');
select is(has_table_privilege('supabase_auth_admin', 'public.user_roles', 'insert, update, delete, truncate'), false, 'and writes nothing');

set local role service_role;
select lives_ok($$ insert into public.user_roles (user_id, org_id, org_role) values ('00000000-0000-0000-0000-0000000000aa', '00000000-0000-0000-0000-00000000000e', 'manager') $$, 'the service role appoints');
select throws_ok($$ truncate public.user_roles $$, '42501', null, 'but does not empty the table at a stroke');
select throws_ok($$ insert into public.user_roles (user_id, org_id) values (gen_random_uuid(), gen_random_uuid()) $$, '23514', null, 'an organisation needs a role in it');
select throws_ok($$ insert into public.user_roles (user_id, org_role) values (gen_random_uuid(), 'manager') $$, '23514', null, 'and a role an organisation');
select throws_ok($$ insert into public.user_roles (user_id, org_id, org_role) values (gen_random_uuid(), gen_random_uuid(), 'Manager ') $$, '23514', null, 'a role is one word, in one spelling');

reset role;
select * from finish();
rollback;
