-- The scheduler may run meanwhile: one snapshot keeps its runs out of this history.
begin isolation level repeatable read;
select plan(27);

delete from analytics.http_calls;
delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
delete from net._http_response;
delete from cron.job_run_details;
update analytics.audit_state set judged_since = now() - interval '1 day', last_audit_at = now() - interval '5 minutes';
create sequence pg_temp.answers start 900000;
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_untracked_answers();
    return query
    select i.fingerprint || ' ' || i.severity || ' ' || i.occurrence_count from analytics.incidents as i
    where i.kind = 'http_untracked' and i.closed_at is null order by i.incident_id;
end $$;
create function pg_temp.ran(job text, ago interval) returns void language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, command, start_time, end_time)
    select nextval('pg_temp.answers'), j.jobid, 'succeeded', '1 row', j.command, clock_timestamp() - ago, clock_timestamp() - ago + interval '5 ms' from cron.job as j where j.jobname = ran.job;
$$;
create function pg_temp.answered(ago interval, status integer, timed_out boolean default false, error text default null) returns bigint language sql as $$
    insert into net._http_response (id, status_code, timed_out, error_msg, created)
    values (nextval('pg_temp.answers'), status, timed_out, error, clock_timestamp() - ago + interval '1 second') returning id;
$$;
create function pg_temp.later() returns void language sql as $$
    delete from net._http_response; delete from cron.job_run_details;
    update analytics.findings set evidence = jsonb_set(evidence, '{failed_at}', to_jsonb((evidence ->> 'failed_at')::timestamptz - interval '1 hour')) where evidence ? 'failed_at';
    update analytics.incidents set evidence = jsonb_set(evidence, '{failed_at}', to_jsonb((evidence ->> 'failed_at')::timestamptz - interval '1 hour')) where evidence ? 'failed_at';
$$;

-- As the dashboard writes them (supabase#47747).
select cron.schedule('probe-edge', '0 0 1 1 *', $job$
    select net.http_post(url:='https://abcdefghijklmnopqrst.supabase.co/functions/v1/nightly', headers:=jsonb_build_object('Authorization', 'Bearer x'), timeout_milliseconds:=5000) as request_id;
$job$);
select cron.schedule('probe-quiet', '0 0 1 1 *', 'select 1');
create function public.probe_calls() returns bigint language sql as $$ select "net"."http_get"('https://example.org/') $$;
select cron.schedule('probe-nested', '0 0 1 1 *', 'select public.probe_calls()');

select is_empty($$ select pg_temp.open() $$, 'without an answer there is no news');
select pg_temp.ran('probe-edge', '3 minutes'), pg_temp.ran('probe-quiet', '3 minutes'), pg_temp.answered('3 minutes', 200);
select is_empty($$ select pg_temp.open() $$, 'a good one is none');
select is((select count(*) from analytics.findings where kind = 'http_untracked'), 0::bigint, 'not even a finding');
select pg_temp.ran('probe-edge', '2 minutes'), pg_temp.ran('probe-quiet', '2 minutes'), pg_temp.answered('2 minutes', 401);
select results_eq($$ select pg_temp.open() $$, array['http_untracked:probe-edge error 1'], 'a 401 behind "succeeded" of a job that calls pg_net itself opens an incident of that job (supabase#47747)');
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'http_untracked'),
    '^the HTTP call of job "probe-edge" of .* came to 401; it calls pg_net itself, so that its run counts as a success$', 'which says so'
);
select results_eq(
    $$ select evidence ->> 'http_status', evidence -> 'jobs', job_name from analytics.incidents where kind = 'http_untracked' $$,
    $$ values ('401', '["probe-edge"]'::jsonb, 'probe-edge') $$, 'with its status, for the repair and the mute of that job'
);
select results_eq($$ select pg_temp.open() $$, array['http_untracked:probe-edge error 1'], 'a pass that sees the same answer again counts it once');
select pg_temp.ran('probe-edge', '61 seconds'), pg_temp.answered('61 seconds', 500);
select results_eq($$ select pg_temp.open() $$, array['http_untracked:probe-edge error 2'], 'the next failure is counted in it');
select pg_temp.later();
select isnt_empty($$ select pg_temp.open() $$, 'an answer that pg_net has forgotten recovers nothing');
select pg_temp.ran('probe-edge', '1 minute'), pg_temp.answered('1 minute', 204);
select is_empty($$ select pg_temp.open() $$, 'a good call does');
select is((select resolution from analytics.incidents where kind = 'http_untracked'), 'recovered', 'as recovered');

-- Through a function; and a timeout that old pg_net tells by its words alone.
select pg_temp.later();
select pg_temp.ran('probe-nested', '1 minute'), pg_temp.answered('1 minute', null, null, 'Timeout was reached');
select results_eq($$ select pg_temp.open() $$, array['http_untracked:probe-nested error 1'], 'a function that the job calls may be what calls pg_net');
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'http_untracked' and closed_at is null), 'came to timed out',
    'a timeout is told as one where timed_out is null (pg_net#180)'
);

-- Two at a time.
select pg_temp.later();
select pg_temp.ran('probe-nested', '2 minutes'), pg_temp.ran('probe-edge', '2 minutes'), pg_temp.answered('2 minutes', 404), pg_temp.answered('2 minutes', 200);
select results_eq($$ select pg_temp.open() $$, array['http_untracked:probe-nested error 1'], 'one failure of two jobs is that of the one that is known to fail');
select pg_temp.ran('probe-nested', '1 minute'), pg_temp.ran('probe-edge', '1 minute'), pg_temp.answered('1 minute', 404), pg_temp.answered('1 minute', 404);
select results_eq($$ select pg_temp.open() $$, array['http_untracked:probe-nested error 1', 'http_untracked:pg_net error 2'], 'two are one more, which nobody has told');
select is(
    (select evidence -> 'jobs' from analytics.incidents where subject = 'pg_net' and kind = 'http_untracked'), '["probe-edge", "probe-nested"]'::jsonb, 'it names both'
);
select pg_temp.later();
select pg_temp.ran('probe-edge', '3 minutes'), pg_temp.answered('3 minutes', 200);
select is((select count(*) from pg_temp.open()), 2::bigint, 'one of them that is well does not end it');
select pg_temp.later();
select pg_temp.ran('probe-nested', '1 minute'), pg_temp.answered('1 minute', 200);
select is_empty($$ select pg_temp.open() $$, 'each of them does');

-- No job.
select pg_temp.later();
select pg_temp.ran('probe-quiet', '2 minutes'), pg_temp.answered('2 minutes', 503);
select results_eq($$ select pg_temp.open() $$, array['http_untracked:no job warning 1'], 'a call of no job is a warning');
select pg_temp.later();
select pg_temp.later();
select is_empty($$ select pg_temp.open() $$, 'that ends with an hour without another one');

-- What the ledger explains is judged by it.
create temporary table asked as select analytics.http_post('https://example.org') as id;
select pg_temp.ran('probe-edge', '1 minute');
insert into net._http_response (id, status_code, created) select id, 401, clock_timestamp() from asked;
select is_empty($$ select pg_temp.open() $$, 'an answer that the ledger explains is judged by the ledger');

-- The repair, and the end.
select pg_temp.later();
select pg_temp.ran('probe-edge', '1 minute'), pg_temp.answered('1 minute', 401);
select isnt_empty($$ select pg_temp.open() $$, 'a job that fails again is told again');
select cron.alter_job(jobid, command := regexp_replace(command, '\mnet"?\s*\.\s*"?http_(post|get)"?\s*\(', 'analytics.http_\1(', 'gi'))
from freshet.known_cron_jobs() where job_name in ('probe-edge');
select matches((select command from cron.job where jobname = 'probe-edge'), 'select analytics\.http_post\(url:=', 'its repair changes one word');
select is_empty($$ select pg_temp.open() $$, 'and ends it');
select is((select resolution from analytics.incidents where kind = 'http_untracked' order by incident_id desc limit 1), 'withdrawn', 'as withdrawn: from now on the ledger judges');
select pg_temp.later();
update analytics.audit_state set judged_since = now();
select pg_temp.answered('1 minute', 401);
select is_empty($$ select pg_temp.open() $$, 'what was before the first pass is not judged');
update analytics.audit_state set judged_since = now() - interval '1 day';
select pg_temp.answered('30 seconds', 401), analytics.audit_pass();
select isnt_empty(
    $$ select from analytics.incidents where kind = 'http_untracked' and subject = 'no job' and closed_at is null $$, 'all of it is a part of the pass'
);

select * from finish();
rollback;
