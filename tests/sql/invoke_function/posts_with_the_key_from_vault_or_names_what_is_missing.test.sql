begin;
select plan(9);

delete from vault.secrets;
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000', 'cannot invoke function "cron-audit": project_url is missing in Vault',
    'a missing address is named'
);
select vault.create_secret('http://127.0.0.1:9/', 'project_url');
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000', 'cannot invoke function "cron-audit": cron_secret_key is missing in Vault',
    'a missing key is named'
);
select vault.create_secret('planted-key', 'cron_secret_key');
select lives_ok($$ select analytics.invoke_function('cron-audit', '{"x": 1}') $$, 'with both it queues the call');
select results_eq(
    $$ select q.url, q.headers ->> 'apikey', q.headers ->> 'Freshet-Call-Id', q.timeout_milliseconds
       from net.http_request_queue as q join analytics.http_calls as c on c.request_id = q.id order by c.call_id desc limit 1 $$,
    $$ select 'http://127.0.0.1:9/functions/v1/cron-audit', 'planted-key', max(call_id)::text, 30000 from analytics.http_calls $$,
    'to the project, with the key and the number of its row in the ledger'
);
select is_empty(
    $$ select from analytics.http_calls as c where to_jsonb(c)::text like '%planted-key%' $$, 'the ledger keeps no key'
);

select throws_ok(
    $$ select analytics.invoke_function('x', timeout => '2 hours') $$, '22023', null, 'a timeout of two hours is refused'
);
select throws_ok(
    $$ select analytics.invoke_function('x', complete_within => '5 seconds') $$, '22023', null, 'so is a completion that is due before the answer'
);
-- A harvest that cannot be made keeps no call from being sent.
create or replace function private.harvest_responses() returns bigint language plpgsql set search_path = '' as
$$ begin raise exception using errcode = '42P01', message = 'relation "net._http_response" does not exist'; end $$;
select lives_ok($$ select analytics.invoke_function('cron-audit') $$, 'a call is sent even when the answers cannot be read');
select is_empty(
    $$ select jobname from cron.job where command ~* 'sb_secret|apikey|https?://' $$,
    'no job command holds a key or a host'
);

select * from finish();
rollback;
