begin;
select plan(16);

delete from analytics.http_calls;
delete from net.http_request_queue;
select results_eq(
    $$ select p.proname::text, pg_get_function_arguments(p.oid), p.prorettype::regtype::text from pg_proc as p
       where p.pronamespace = 'analytics'::regnamespace and p.proname in ('http_post', 'http_get') order by 1 $$,
    $$ select p.proname::text, pg_get_function_arguments(p.oid), p.prorettype::regtype::text from pg_proc as p
       where p.pronamespace = 'net'::regnamespace and p.proname in ('http_post', 'http_get') order by 1 $$,
    'the same names, arguments, defaults and answer as pg_net''s: one word of a command changes'
);
create temporary table asked as
select analytics.http_post(
    url := 'https://abcdefghijklmnopqrst.supabase.co/functions/v1/nightly?key=sk_live_1', headers := '{"Authorization": "Bearer secret"}'::jsonb,
    body := '{"a": 1}'::jsonb, params := '{"p": "1"}'::jsonb, timeout_milliseconds := 2000
) as id;
select results_eq(
    $$ select q.method, q.url, q.headers ->> 'Authorization', convert_from(q.body, 'UTF8')::jsonb, q.timeout_milliseconds
       from net.http_request_queue as q join asked on asked.id = q.id $$,
    $$ values ('POST', 'https://abcdefghijklmnopqrst.supabase.co/functions/v1/nightly?key=sk_live_1&p=1', 'Bearer secret', '{"a": 1}'::jsonb, 2000) $$,
    'the request is queued as it was asked for, and its id is returned'
);
select results_eq(
    $$ select c.function_name, c.awaits_completion, c.deadline_at - c.queued_at > interval '2 minutes' from analytics.http_calls as c join asked on asked.id = c.request_id $$,
    $$ values ('nightly', false, true) $$, 'the ledger has it, with the function'
);
select is(
    (select count(*) from analytics.http_calls as c where c::text ~ 'sk_live|secret|supabase\.co'), 0::bigint, 'and nothing of its address or headers'
);
select is(freshet.callee_of(u), e, u) from (values
    ('https://hooks.slack.com/services/T0/B0/XXXX', '//hooks.slack.com'),
    ('http://user:password@127.0.0.1:54321/x?y', '//127.0.0.1:54321'),
    ('https://a.b/functions/v1/one/two', 'function "one"'),
    ('https://a.b/functions/v1/../auth', '//a.b'),
    ('nonsense', '//'),
    (null, '//')
) as t (u, e);
select analytics.http_get('https://example.org/ping');
select results_eq(
    $$ select function_name, request_id is not null from analytics.http_calls order by call_id desc limit 1 $$, $$ values ('//example.org', true) $$,
    'http_get is kept too'
);
update analytics.http_calls set job_name = 'probe', outcome = 'failed', settled_at = now(), status_code = 401, harvested_at = now() where function_name = '//example.org';
select is(
    (select freshet.http_evidence(c) ->> 'message' from analytics.http_calls as c where c.function_name = '//example.org'),
    'host example.org answered 401', 'what became of it names the host'
);
select throws_ok($$ select analytics.http_post('https://example.org', body := null) $$, 'P0001', 'body must not be null', 'pg_net''s own refusals come through');
select is((select count(*) from analytics.http_calls), 2::bigint, 'and leave no row');
set local role authenticated;
select throws_ok($$ select analytics.http_post('https://example.org') $$, '42501', null, 'it is nobody''s who is signed in');
reset role;
select is(
    (select count(*) from pg_proc as p where p.pronamespace = 'analytics'::regnamespace and p.proname in ('http_post', 'http_get') and has_function_privilege('service_role', p.oid, 'execute')),
    0::bigint, 'nor the data API''s'
);

select * from finish();
rollback;
