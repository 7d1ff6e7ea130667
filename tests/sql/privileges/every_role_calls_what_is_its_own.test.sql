-- Who may call the functions of documents 000 to 001, role by role; and that the gate inside them holds for those who get that far.
begin;
select plan(15);

select results_eq(
    $$ select f.name, array_agg(r.name order by r.name) filter (
           where has_schema_privilege(r.name, p.pronamespace, 'usage') and has_function_privilege(r.name, p.oid, 'execute')
       )
       from unnest(array[
           'analytics.get_cron_job_status()', 'analytics.health_check()', 'analytics.is_admin()', 'analytics.manual_refresh(text)',
           'analytics.refresh_all_views()', 'analytics.refresh_view(text, text)', 'freshet.attempt_refresh(text)',
           'public.custom_access_token_hook(jsonb)'
       ]) as f (name)
       join pg_proc as p on p.oid = f.name::regprocedure
       cross join unnest(array['anon', 'authenticated', 'authenticator', 'service_role', 'supabase_auth_admin', 'supabase_storage_admin']) as r (name)
       group by f.name
       order by f.name $$,
    $$ values
        ('analytics.get_cron_job_status()', array['authenticated', 'service_role']),
        ('analytics.health_check()', array['authenticated', 'service_role']),
        ('analytics.is_admin()', array['authenticated', 'service_role']),
        ('analytics.manual_refresh(text)', array['authenticated', 'service_role']),
        ('analytics.refresh_all_views()', array['service_role']),
        ('analytics.refresh_view(text, text)', array['service_role']),
        ('freshet.attempt_refresh(text)', null),
        ('public.custom_access_token_hook(jsonb)', array['supabase_auth_admin']) $$,
    'each role reaches these and no other'
);

create temporary table operator_calls (call text);
insert into operator_calls values
    ('select * from analytics.get_cron_job_status()'), ('select * from analytics.health_check()'), ('select * from analytics.manual_refresh(''popular_tracks'')');
grant select on operator_calls to anon, authenticated, service_role;

set local role anon;
set local request.jwt.claims = '{"role": "anon"}';
select throws_ok(c.call, '42501', null, 'anon: ' || c.call) from operator_calls as c;
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "is_admin": false, "org_role": "owner"}';
select throws_ok(c.call, '42501', 'permission denied: admins only', 'the owner of an organisation: ' || c.call) from operator_calls as c;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select lives_ok(c.call, 'an admin: ' || c.call) from operator_calls as c;
reset role;
delete from analytics.refresh_log where requested_by = 'manual';
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select lives_ok(c.call, 'the service role: ' || c.call) from operator_calls as c;

reset role;
set local role authenticated;
set local request.jwt.claims = '{"role": "authenticated", "is_admin": true}';
select is(analytics.is_admin(), true, 'is_admin() reads the claim');
set local request.jwt.claims = '{"role": "authenticated", "app_metadata": {"is_admin": true}, "user_metadata": {"is_admin": true}}';
select is(analytics.is_admin(), false, 'and no metadata');

reset role;
select * from finish();
rollback;
