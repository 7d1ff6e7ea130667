begin;
select plan(13);

delete from analytics.http_calls;
delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
delete from net._http_response;
select setval('net.http_request_queue_id_seq', 1000);
update analytics.audit_state set judged_since = now() - interval '30 days';
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_untracked_answers();
    return query select i.fingerprint from analytics.incidents as i
    where i.kind in ('http_untracked', 'history_lost') and i.closed_at is null order by i.fingerprint collate "C";
end $$;
create function pg_temp.called(how_many integer) returns void language sql as $$
    select setval('net.http_request_queue_id_seq', nextval('net.http_request_queue_id_seq') + how_many - 1);
$$;
create function pg_temp.answered(number bigint, ago interval, status integer) returns void language sql as $$
    insert into net._http_response (id, status_code, created) values (number, status, clock_timestamp() - ago);
$$;
create function pg_temp.last_read(ago interval) returns void language sql as $$
    update analytics.audit_state set last_audit_at = clock_timestamp() - ago, answers_read_at = clock_timestamp() - ago;
$$;

select is_empty('select * from pg_temp.open()', 'without an answer there is no news');
select is((select answers_last_id from analytics.audit_state), 1000::bigint, 'a pass remembers how far it read');

-- Nine hours without an audit, and pg_net deleted nothing, as where its worker had nothing to do.
select cron.schedule('probe-edge', '0 0 1 1 *', $job$ select net.http_get('https://example.org/') $job$);
insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
select (select coalesce(max(runid), 0) + 1 from cron.job_run_details), jobid, 'succeeded', command, clock_timestamp() - interval '8 hours', clock_timestamp() - interval '8 hours'
from cron.job where jobname = 'probe-edge';
select pg_temp.last_read('9 hours'), pg_temp.called(1), pg_temp.answered(1001, '8 hours', 401);
select results_eq('select * from pg_temp.open()', array['http_untracked:probe-edge'], 'a failed answer that an outage of eight hours left is judged');
select matches((select evidence ->> 'message' from analytics.incidents where kind = 'http_untracked'), 'came to 401', 'for what it was');
select is((select count(*) from analytics.incidents where kind = 'history_lost'), 0::bigint, 'and nothing is lost: each number that was given is there');

-- The same, and two of three answers are gone.
select cron.unschedule('probe-edge');
delete from net._http_response;
delete from analytics.incidents;
delete from analytics.findings;
select pg_temp.last_read('9 hours'), pg_temp.called(3), pg_temp.answered(1004, '1 hour', 200);
select results_eq('select * from pg_temp.open()', array['history_lost:net._http_response'], 'answers that were deleted unread are told');
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'history_lost'),
    '^as many as 2 answers to HTTP calls were deleted before they were read, those from .* to .*: whether they failed will never be known$',
    'with how many, and of when'
);
select is_empty('select * from pg_temp.open()', 'once: the next pass reads on');

-- What the ledger explains is no loss; nor is what pg_net has not sent yet.
select pg_temp.last_read('9 hours'), pg_temp.called(1);
insert into analytics.http_calls (request_id, function_name, queued_at, deadline_at, awaits_completion) select 1005, 'known', now() - interval '8 hours', now(), false;
insert into net.http_request_queue (id, method, url, timeout_milliseconds) values (nextval('net.http_request_queue_id_seq'), 'GET', 'https://example.org', 1000);
select is_empty('select * from pg_temp.open()', 'a call of the ledger, or one that still waits, is not lost');

select pg_temp.answered(1005, '8 hours', 500), freshet.harvest_responses();
select is((select status_code from analytics.http_calls where request_id = 1005), 500, 'and what the ledger knows of is answered by what an outage left');

-- A pass that is late by less than pg_net keeps answers has missed none.
select pg_temp.last_read('5 hours'), pg_temp.called(4);
select is_empty('select * from pg_temp.open()', 'within the time that answers are kept none is deleted unread');

-- After a crash the numbers begin again, and the answers are gone with them.
select pg_temp.last_read('9 hours'), setval('net.http_request_queue_id_seq', 5);
select results_eq('select * from pg_temp.open()', array['history_lost:net._http_response'], 'numbers that began again are told too');
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'history_lost' and closed_at is null), 'cannot be known$', 'as what cannot be known'
);

select * from finish();
rollback;
