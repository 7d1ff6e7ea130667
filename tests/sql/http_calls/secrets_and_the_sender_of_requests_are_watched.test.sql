begin;
select plan(16);

delete from analytics.http_calls;
delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_http(), freshet.detect_net_access(), freshet.detect_secrets(), freshet.join_http_causes();
    return query select i.fingerprint || ': ' || (i.evidence ->> 'message') from analytics.incidents as i where i.closed_at is null order by i.incident_id;
end $$;
create function pg_temp.set_secret(secret_name text, value text) returns void language sql as $$
    delete from vault.secrets where name = secret_name;
    select vault.create_secret(value, secret_name) where value is not null;
$$;

select is_empty($$ select pg_temp.open() $$, 'with secrets and a worker there is nothing to say');
select pg_temp.set_secret('freshet_call_secret', null);
select results_eq($$ select pg_temp.open() $$, array['secret_missing:freshet_call_secret: freshet_call_secret is missing in Vault'], 'a missing secret is an incident');
select pg_temp.set_secret('freshet_call_secret', E'planted\n');
select results_eq($$ select pg_temp.open() $$, array['secret_missing:freshet_call_secret: freshet_call_secret has white space in it'], 'so is one with its line end');
select pg_temp.set_secret('freshet_call_secret', 'planted');
select results_eq($$ select pg_temp.open() $$, array['secret_missing:freshet_call_secret: freshet_call_secret is not what analytics.rotate_call_secret() makes'], 'and one that was typed');
select analytics.rotate_call_secret();
select is_empty($$ select pg_temp.open() $$, 'and it closes when it is mended');
select pg_temp.set_secret('project_url', 'db.example.org');
select results_eq($$ select pg_temp.open() $$, array['secret_missing:project_url: project_url is no address of the kind https://<ref>.supabase.co'], 'an address must be one');
select pg_temp.set_secret('project_url', 'http://127.0.0.1:9');
select is_empty($$ select from analytics.findings as f, vault.decrypted_secrets as s where f.evidence::text like '%' || s.decrypted_secret || '%' $$, 'no value of a secret is ever kept');

-- One cause is reported once.
select pg_temp.set_secret('project_url', null);
select freshet.observe('failed', 'probe-http', 'bad', now(), '{"job": "probe-http", "message": "ERROR:  cannot invoke function \"x\": project_url is missing in Vault"}');
select freshet.observe('failed', 'probe-other', 'bad', now(), '{"job": "probe-other", "message": "ERROR:  division by zero"}');
select freshet.detect_http(), freshet.detect_net_access(), freshet.detect_secrets(), freshet.join_http_causes();
select results_eq(
    $$ select i.subject from analytics.incidents as i join analytics.incidents as c on c.incident_id = i.cause_id where c.kind = 'secret_missing' $$,
    array['probe-http'], 'jobs that fail for want of the secret are told by it, others are not'
);
select pg_temp.set_secret('project_url', 'http://127.0.0.1:9');
delete from analytics.incidents;
delete from analytics.findings;

-- The worker: there are none for a session that sees no processes of this name.
select analytics.invoke_function('probe');
select is_empty($$ select pg_temp.open() $$, 'a request may wait for a moment');
update analytics.http_calls set queued_at = queued_at - interval '10 minutes', deadline_at = deadline_at - interval '10 minutes', job_name = 'analytics-cron-audit';
select matches((select pg_temp.open() limit 1), 'unknown_outcome:analytics-cron-audit: no answer of function "probe"', 'after that its outcome is unknown');
select matches(
    (select i.evidence ->> 'message' from analytics.incidents as i where i.kind = 'net_worker_gone'),
    '^1 requests wait in the queue of pg_net, the oldest since .*; its worker is there$', 'and pg_net does not send'
);
select results_eq(
    $$ select c.kind from analytics.incidents as i join analytics.incidents as c on c.incident_id = i.cause_id where i.kind = 'unknown_outcome' $$,
    array['net_worker_gone'], 'which speaks for what is unknown because of it'
);
delete from net.http_request_queue;
select freshet.detect_http(), freshet.detect_net_access(), freshet.detect_secrets(), freshet.join_http_causes();
select is((select resolution from analytics.incidents where kind = 'net_worker_gone'), 'recovered', 'it closes when the queue is taken');

create or replace function freshet.harvest_responses() returns bigint language plpgsql set search_path = '' as
$$ begin raise exception using errcode = '42P01', message = 'relation "net._http_response" does not exist'; end $$;
select matches((select open from pg_temp.open() as open where open like 'net_worker%'), 'the tables of pg_net cannot be read \[42P01\]$', 'without its tables it cannot be said to send');
create or replace function freshet.harvest_responses() returns bigint language sql set search_path = '' as $$ select 0::bigint $$;
select freshet.detect_http(), freshet.detect_net_access(), freshet.detect_secrets(), freshet.join_http_causes();
select is_empty($$ select from analytics.incidents where kind = 'net_worker_gone' and closed_at is null $$, 'with them again it can');
select results_eq(
    $$ select kind from analytics.alert_kinds where kind in ('http_failed', 'unknown_outcome', 'net_worker_gone', 'secret_missing') order by 1 $$,
    array['http_failed', 'net_worker_gone', 'secret_missing', 'unknown_outcome'], 'each of them is in the vocabulary'
);

select * from finish();
rollback;
