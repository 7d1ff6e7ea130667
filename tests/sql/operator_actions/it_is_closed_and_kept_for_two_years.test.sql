begin;
select plan(12);

select is_empty(
    $$ select r.rolname
       from pg_catalog.pg_roles as r
       where not r.rolsuper
         and r.oid <> (select c.relowner from pg_catalog.pg_class as c where c.oid = 'analytics.operator_actions'::regclass)
         and not pg_catalog.pg_has_role(r.oid, (select c.relowner from pg_catalog.pg_class as c where c.oid = 'analytics.operator_actions'::regclass), 'usage')
         and r.rolname !~ '^pg_(read|write)_all_data$'
         and not pg_catalog.pg_has_role(r.oid, 'pg_read_all_data', 'usage')
         and has_table_privilege(r.oid, 'analytics.operator_actions', 'select, insert, update, delete, truncate, references, trigger') $$,
    'no role but its owner reads or writes it: not the secret key, no user, no tool'
);
select results_eq(
    $$ select f.name, array_agg(r.name order by r.name) filter (where has_function_privilege(r.name, f.name::regprocedure, 'execute'))
       from unnest(array[
           'analytics.list_actions(text, text, bigint, integer)', 'analytics.list_outbox(text, bigint, text, integer)',
           'analytics.list_views(text, text, text, integer)', 'analytics.operate_job(text, text, timestamptz, text, text, uuid)',
           'analytics.operate_refresh(text, text, text, text, uuid)', 'freshet.note_operator_action(analytics.operator_actions)'
       ]) as f (name)
       cross join unnest(array['anon', 'authenticated', 'authenticator', 'service_role', 'supabase_auth_admin', 'supabase_storage_admin']) as r (name)
       group by f.name
       order by f.name collate "C" $$,
    $$ values
        ('analytics.list_actions(text, text, bigint, integer)', array['service_role']),
        ('analytics.list_outbox(text, bigint, text, integer)', array['service_role']),
        ('analytics.list_views(text, text, text, integer)', array['service_role']),
        ('analytics.operate_job(text, text, timestamptz, text, text, uuid)', array['service_role']),
        ('analytics.operate_refresh(text, text, text, text, uuid)', array['service_role']),
        ('freshet.note_operator_action(analytics.operator_actions)', null) $$,
    'only the secret key calls what reads and writes it'
);

-- By the claims of a platform's administrator too: the function over HTTP is the one way in.
create temporary table calls (call text);
insert into calls values
    ($$ select analytics.operate_job('unmute', 'analytics-purge') $$), ($$ select analytics.operate_refresh('mv_agent_progress') $$), ($$ select analytics.list_actions() $$);
grant select on calls to anon, authenticated;
set local role anon;
set local request.jwt.claims = '{"role": "anon"}';
select throws_ok(c.call, '42501', null, 'anon:' || c.call) from calls as c;
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true, "org_role": "owner"}';
select throws_ok(c.call, '42501', null, 'a signed-in user:' || c.call) from calls as c;
reset role;
select is_empty($$ select * from analytics.operator_actions $$, 'and nothing is recorded of what was refused');

set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select throws_ok($$ delete from analytics.operator_actions $$, '42501', null, 'the secret key cannot delete what it did');
reset role;

insert into analytics.operator_actions (acted_at, operator_kind, action, subject)
select now() - a.age, 'secret_key', 'adopt', a.subject
from (values (interval '2 years 1 day', 'old'), (interval '2 years' - interval '1 day', 'young'), (interval '0', 'new')) as a (age, subject);
select is(freshet.purge_history() ->> 'operator_actions', '1', 'the hourly purge deletes what is older than two years');
select bag_eq($$ select subject from analytics.operator_actions $$, array['young', 'new'], 'and nothing else');

select * from finish();
rollback;
