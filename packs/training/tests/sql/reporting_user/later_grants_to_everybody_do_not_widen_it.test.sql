-- It may do what everybody may, in schema public too. So what is granted to everybody there is bounded by row security, and
-- a function by what it does for anybody; analytics and freshet stay closed by the schema or by the rows.
begin;
select plan(10);
grant reporting_user to current_user;

insert into public.user_roles (user_id, is_admin) values ('a0000000-0000-4000-8000-000000000001', true);
insert into public.orgs (name) values ('seen by nobody');
create function public.for_everybody() returns integer language sql return 1;
grant select, insert, update, delete on all tables in schema public to public;
grant execute on all functions in schema public to public;
grant select on table analytics.views, analytics.incidents, analytics.refresh_log to public;
grant execute on all functions in schema freshet to public;
select cmp_ok((select count(*) from analytics.views), '>', 0::bigint, 'there are views in the registry');
select cmp_ok((select count(*) from public.orgs), '>', 0::bigint, 'and rows in the operational tables');

set local role reporting_user;
select is_empty('select * from public.orgs', 'row security shows no row of an operational table that is granted to everybody');
select is_empty('select * from public.user_roles', 'nor of the table that says who is an admin');
select throws_ok(
    $$ insert into public.orgs (name) values ('planted') $$, '42501',
    'new row violates row-level security policy for table "orgs"', 'and takes none'
);
select lives_ok('select public.for_everybody()', 'what everybody may call in schema public, it may call');
select throws_ok(
    $$ select public.custom_access_token_hook('{"user_id": "a0000000-0000-4000-8000-000000000001", "claims": {}}') $$,
    '42501', 'permission denied for function with_claims', 'which does no more for it than for anybody'
);
select throws_ok('select freshet.purge_history()', '42501', 'permission denied for schema freshet', 'those of freshet stay closed');
select is_empty('select * from analytics.views', 'row security shows no row of the registry');
select is_empty('select * from analytics.refresh_log', 'nor of the ledger');

reset role;
select * from finish();
rollback;
