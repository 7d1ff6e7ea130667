begin;
select plan(7);
grant reporting_user to current_user;

grant select, insert, update, delete on all tables in schema public to public;
grant execute on all functions in schema public to public;
grant select on table analytics.views, analytics.incidents, analytics.refresh_log to public;
grant execute on all functions in schema private to public;
select cmp_ok((select count(*) from analytics.views), '>', 0::bigint, 'there are views in the registry');

set local role reporting_user;
select throws_ok('select * from public.users', '42501', 'permission denied for schema public', 'an operational table stays closed');
select throws_ok('delete from public.org_members', '42501', 'permission denied for schema public', 'for writes as well');
select throws_ok(
    $$ select public.custom_access_token_hook('{}') $$, '42501', 'permission denied for schema public', 'and a function beside it'
);
select throws_ok('select private.purge_history()', '42501', 'permission denied for schema private', 'and those of private');
select is_empty('select * from analytics.views', 'row security shows no row of the registry');
select is_empty('select * from analytics.refresh_log', 'nor of the ledger');

reset role;
select * from finish();
rollback;
