begin;
select plan(34);

delete from analytics.http_calls;
create function pg_temp.call(complete_within interval default null) returns bigint language sql as $$
    select analytics.invoke_function('probe', complete_within => call.complete_within);
    select max(call_id) from analytics.http_calls;
$$;
create function pg_temp.answer(call bigint, status integer, content text default null, timed_out boolean default false, error text default null)
returns void language sql as $$
    insert into net._http_response (id, status_code, content, timed_out, error_msg, created)
    select c.request_id, status, content, timed_out, answer.error, now() from analytics.http_calls as c where c.call_id = answer.call;
$$;
create function pg_temp.outcome(call bigint) returns text language plpgsql as $$
begin
    perform freshet.harvest_responses();
    perform freshet.settle_calls();
    return (select concat_ws(' ', c.outcome, freshet.http_failure_class(c), c.answer_code) from analytics.http_calls as c where c.call_id = outcome.call);
end $$;
create function pg_temp.let_pass(call bigint) returns void language sql as $$
    update analytics.http_calls set queued_at = queued_at - interval '1 hour', deadline_at = deadline_at - interval '1 hour' where call_id = let_pass.call;
$$;

create temporary table answers (status integer, content text, timed_out boolean, error text, expected text);
insert into answers values
    (200, '{}', false, null, 'succeeded'),
    (202, null, false, null, 'succeeded'),
    (500, '{"code":"INTERNAL"}', false, null, 'failed server INTERNAL'),
    (503, '{"code": "BOOT_ERROR", "message": "Ann Example"}', false, null, 'failed server BOOT_ERROR'),
    (401, '{"code":"eyJhbGciOiJIUzI1NiJ9"}', false, null, 'failed config'),
    (403, null, false, null, 'failed config'),
    (404, '<html>', false, null, 'failed config'),
    (301, null, false, null, 'failed config'),
    (422, null, false, null, 'failed client'),
    (null, null, true, 'Timeout of 30000 ms reached', 'failed timeout'),
    (null, null, false, 'Couldn''t connect to server', 'failed connection'),
    -- Before August 2025 pg_net left timed_out empty (pg_net#180).
    (null, null, null, 'Timeout was reached', 'failed timeout'),
    (null, null, null, 'Connection timed out after 5001 milliseconds', 'failed timeout'),
    (null, null, null, null, 'failed connection');
create temporary table asked as select a.*, pg_temp.call() as call from answers as a;
select pg_temp.answer(call, status, content, timed_out, error) from asked;
select is(pg_temp.outcome(call), expected, format('%s %s is %s', coalesce(status::text, 'nothing'), coalesce(error, ''), expected)) from asked;

create temporary table one as select pg_temp.call() as call;
select is(pg_temp.outcome(call), 'pending', 'a call is pending until its deadline …') from one;
select pg_temp.let_pass(call) from one;
select is(pg_temp.outcome(call), 'unknown', '… and unknown after it') from one;
select pg_temp.answer(call, 500) from one;
select is(pg_temp.outcome(call), 'failed server', 'an answer that is stored late makes it known') from one;
select is(analytics.complete_call(call, 'succeeded'), true, 'a completion …') from one;
select is(pg_temp.outcome(call), 'succeeded', '… outranks the answer') from one;
select is(analytics.complete_call(call, 'failed'), false, 'and only the first one counts') from one;

create temporary table slow as select pg_temp.call('1 hour') as call;
select pg_temp.answer(call, 202) from slow;
select is(pg_temp.outcome(call), 'pending', 'where a completion is awaited, 202 is not the end') from slow;
select pg_temp.let_pass(call), pg_temp.let_pass(call) from slow;
select is(pg_temp.outcome(call), 'unknown', 'without it by the deadline, the outcome is unknown') from slow;

-- A job with complete_within is not judged before its time, whatever became of the answer.
create temporary table patient (status integer, timed_out boolean, error text, before text, after text);
insert into patient values
    (null, null, 'Timeout was reached', 'pending', 'unknown'),
    (504, false, null, 'pending', 'failed server'),
    (null, false, 'Failure when receiving data from the peer', 'pending', 'failed connection');
create temporary table waiting as select p.*, pg_temp.call('1 hour') as call from patient as p;
select pg_temp.answer(call, status, null, timed_out, error) from waiting;
select is(pg_temp.outcome(call), before, format('%s before its time is %s', coalesce(error, status::text), before)) from waiting;
select pg_temp.let_pass(call), pg_temp.let_pass(call) from waiting;
select is(pg_temp.outcome(call), after, format('%s after it is %s', coalesce(error, status::text), after)) from waiting;
create temporary table refused as select pg_temp.call('1 hour') as call, pg_temp.call('1 hour') as unreached, pg_temp.call('1 hour') as told;
select pg_temp.answer(call, 401), pg_temp.answer(unreached, null, null, false, 'Couldn''t connect to server'), pg_temp.answer(told, 504) from refused;
select is(pg_temp.outcome(call), 'failed config', 'one that was refused has not begun') from refused;
select is(pg_temp.outcome(unreached), 'failed connection', 'nor has one that never arrived') from refused;
select analytics.complete_call(told, 'succeeded') from refused;
select is(pg_temp.outcome(told), 'succeeded', 'and one that reports before its time has succeeded') from refused;

-- pg_net counts from one again after a crash.
create temporary table twice as select pg_temp.call() as first, pg_temp.call() as second;
update analytics.http_calls as c set request_id = 4711 from twice as t where c.call_id in (t.first, t.second);
select pg_temp.answer(second, 200) from twice;
select is(pg_temp.outcome(second) || ', ' || pg_temp.outcome(first), 'succeeded, pending', 'an answer belongs to the newest call of its number') from twice;

-- Purge.
update analytics.http_calls set queued_at = now() - interval '40 days', is_observed = outcome <> 'unknown';
update analytics.http_calls set outcome = 'unknown', settled_at = now(), is_observed = false where call_id = (select call from slow);
select is(freshet.purge_http_calls('30 days', 5), 5::bigint, 'old calls are deleted in batches');
select is(freshet.purge_http_calls('30 days', 100) + 5 + (select count(*) from analytics.http_calls where outcome = 'pending' or not is_observed), 24::bigint, 'but for those that are open, or that no audit has seen');

select * from finish();
rollback;
