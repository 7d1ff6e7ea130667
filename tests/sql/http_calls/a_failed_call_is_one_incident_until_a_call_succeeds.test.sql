begin;
select plan(17);

delete from analytics.http_calls;
delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
select analytics.register_job('probe-http', '0 0 1 1 *', 'select analytics.invoke_function(''probe'')');
create function pg_temp.call(status integer, job text default 'probe-http') returns void language sql as $$
    select analytics.invoke_function('probe');
    update analytics.http_calls set job_name = job where call_id = (select max(call_id) from analytics.http_calls);
    insert into net._http_response (id, status_code, timed_out, content)
    select c.request_id, status, false, '{"code":"UNAUTHENTICATED","detail":"eve@example.org"}' from analytics.http_calls as c
    where status is not null order by c.call_id desc limit 1;
    update analytics.http_calls set queued_at = queued_at - interval '1 hour', deadline_at = deadline_at - interval '1 hour'
    where status is null and call_id = (select max(call_id) from analytics.http_calls);
    select freshet.detect_http();
    update analytics.audit_state set pass_count = pass_count + 1;
$$;
create function pg_temp.open(kind text) returns setof text language sql as $$
    select i.fingerprint || ' ' || i.occurrence_count from analytics.incidents as i where i.kind = open.kind and i.closed_at is null;
$$;

select pg_temp.call(200);
select is_empty($$ select from analytics.findings where kind in ('http_failed', 'unknown_outcome') $$, 'calls that succeed are no news');

select pg_temp.call(401);
select results_eq($$ select pg_temp.open('http_failed') $$, array['http_failed:probe-http 1'], 'a 401 behind "succeeded" opens an incident');
select results_eq(
    $$ select evidence ->> 'failure_class', evidence ->> 'message', evidence ->> 'function', severity from analytics.incidents where kind = 'http_failed' $$,
    $$ values ('config', 'function "probe" answered 401 (UNAUTHENTICATED)', 'probe', 'error') $$,
    'which says what the function answered, and nothing of the body'
);
select pg_temp.call(401);
select pg_temp.call(500);
select results_eq($$ select pg_temp.open('http_failed') $$, array['http_failed:probe-http 3'], 'later failures are counted in it');
select freshet.detect_http();
select results_eq($$ select pg_temp.open('http_failed') $$, array['http_failed:probe-http 3'], 'and none twice');

select pg_temp.call(null);
select results_eq($$ select pg_temp.open('unknown_outcome') $$, array['unknown_outcome:probe-http 1'], 'no answer at all is an incident of its own');
select results_eq($$ select pg_temp.open('http_failed') $$, array['http_failed:probe-http 3'], 'that neither closes nor counts in the other');
select pg_temp.call(503);
select is_empty($$ select pg_temp.open('unknown_outcome') $$, 'a failure is a known outcome');
select pg_temp.call(204);
select is_empty($$ select pg_temp.open('http_failed') $$, 'a success closes the incident');
select is((select resolution from analytics.incidents where kind = 'http_failed'), 'recovered', 'as recovered');

-- Thresholds count calls.
select freshet.declare_job('probe-http', '0 0 1 1 *', 'select 1', '5 minutes', '5 minutes');
update analytics.scheduled_jobs set failure_threshold = 2 where job_name = 'probe-http';
select pg_temp.call(500);
select is_empty($$ select pg_temp.open('http_failed') $$, 'below its threshold nothing is opened');
select pg_temp.call(500);
select results_eq($$ select pg_temp.open('http_failed') $$, array['http_failed:probe-http 2'], 'at it, something is');

-- Late, the truth. And what happened days ago does not make a third one flap.
update analytics.incidents set opened_at = opened_at - interval '10 days';
select analytics.complete_call(max(call_id), 'succeeded') from analytics.http_calls;
select freshet.detect_http();
select is_empty($$ select pg_temp.open('http_failed') $$, 'a completion that comes after a 500 corrects it');
update analytics.audit_state set pass_count = pass_count + 1;

select analytics.invoke_function('probe');
update analytics.http_calls set job_name = 'probe-http' where call_id = (select max(call_id) from analytics.http_calls);
select analytics.complete_call(max(call_id), 'failed', 'SOURCE_UNAVAILABLE'), analytics.complete_call(max(call_id), 'failed') from analytics.http_calls;
select analytics.invoke_function('probe');
update analytics.http_calls set job_name = 'probe-http' where call_id = (select max(call_id) from analytics.http_calls);
select analytics.complete_call(max(call_id), 'failed', 'SOURCE_UNAVAILABLE') from analytics.http_calls;
select freshet.detect_http();
select is(
    (select evidence ->> 'message' from analytics.incidents where kind = 'http_failed' and closed_at is null),
    'function "probe" reported that it failed: SOURCE_UNAVAILABLE', 'a function''s own report of failure counts as one'
);

select pg_temp.call(500, null);
select is((select count(*) from analytics.incidents where kind = 'http_failed' and job_name is null), 0::bigint, 'a call by hand is nobody''s incident');
select cron.unschedule('probe-http');
select freshet.withdraw_job('probe-http');
select freshet.detect_http();
select is_empty($$ select pg_temp.open('http_failed') $$, 'with its job the incident goes');
select is(
    (select array_agg(resolution order by incident_id) from analytics.incidents where kind = 'http_failed'),
    array['recovered', 'recovered', 'withdrawn'], 'as withdrawn'
);

select * from finish();
rollback;
