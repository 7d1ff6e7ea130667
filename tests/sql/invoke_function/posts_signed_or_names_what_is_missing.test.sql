begin;
select plan(18);

delete from vault.secrets;
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000', 'cannot invoke function "cron-audit": project_url is missing in Vault',
    'a missing address is named'
);
select vault.create_secret('http://127.0.0.1:9/', 'project_url');
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000', 'cannot invoke function "cron-audit": freshet_call_secret is missing in Vault',
    'a missing secret is named'
);
select is(analytics.rotate_call_secret(), null, 'the remedy makes it, and there is none before it that would hold on');
select lives_ok($$ select analytics.invoke_function('cron-audit', '{"x": 1}') $$, 'with both it queues the call');
select results_eq(
    $$ select q.url, q.headers ->> 'Freshet-Call-Id', q.timeout_milliseconds
       from net.http_request_queue as q join analytics.http_calls as c on c.request_id = q.id order by c.call_id desc limit 1 $$,
    $$ select 'http://127.0.0.1:9/functions/v1/cron-audit', max(call_id)::text, 30000 from analytics.http_calls $$,
    'to the project, with the number of its row in the ledger'
);
select set_eq(
    $$ select jsonb_object_keys(q.headers) from net.http_request_queue as q $$,
    array['Content-Type', 'Freshet-Call-Id', 'Freshet-Call-Time', 'Freshet-Signature'], 'and no header that could hold a key'
);
select matches((select q.headers ->> 'Freshet-Signature' from net.http_request_queue as q order by q.id desc limit 1), '^[0-9a-f]{64}$', 'the signature is an HMAC');
select is_empty(
    $$ select from net.http_request_queue as q, vault.decrypted_secrets as s
       where s.name like 'freshet%' and to_jsonb(q)::text || convert_from(q.body, 'UTF8') like '%' || s.decrypted_secret || '%' $$,
    'the secret is not in the queue'
);
select is_empty(
    $$ select from analytics.http_calls as c, net.http_request_queue as q where to_jsonb(c)::text like '%' || (q.headers ->> 'Freshet-Signature') || '%' $$,
    'the ledger keeps no signature'
);

-- A name is a part of a path, and of nothing else.
select throws_ok(
    $$ select analytics.invoke_function('../../rest/v1/submissions') $$, '22023',
    'cannot invoke function "../../rest/v1/submissions": that is no name of a function', 'a name that climbs is refused'
);
select throws_ok(format('select analytics.invoke_function(%L)', name), '22023', null, format('so is %L', name))
from unnest(array['a/b', 'a?b', 'a%2fb', E'a\nb']) as name;

select throws_ok(
    $$ select analytics.invoke_function('x', timeout => '2 hours') $$, '22023', null, 'a timeout of two hours is refused'
);
select throws_ok(
    $$ select analytics.invoke_function('x', complete_within => '5 seconds') $$, '22023', null, 'so is a completion that is due before the answer'
);
-- A harvest that cannot be made keeps no call from being sent.
create or replace function freshet.harvest_responses() returns bigint language plpgsql set search_path = '' as
$$ begin raise exception using errcode = '42P01', message = 'relation "net._http_response" does not exist'; end $$;
select lives_ok($$ select analytics.invoke_function('cron-audit') $$, 'a call is sent even when the answers cannot be read');
select is_empty(
    $$ select jobname from cron.job where command ~* 'sb_secret|apikey|https?://' $$,
    'no job command holds a key or a host'
);

select * from finish();
rollback;
