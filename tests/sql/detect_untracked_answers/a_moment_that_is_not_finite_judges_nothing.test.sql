begin;
select plan(9);

delete from analytics.http_calls;
delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
delete from net._http_response;
update analytics.audit_state set judged_since = now() - interval '1 day', last_audit_at = now() - interval '5 minutes';
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_untracked_answers();
    return query select i.fingerprint from analytics.incidents as i where i.kind = 'http_untracked' and i.closed_at is null order by 1;
end $$;
select cron.schedule('probe-edge', '0 0 1 1 *', $job$ select net.http_get('https://example.org/') $job$);

insert into net._http_response (id, status_code, created) values
    (900001, 500, 'infinity'), (900002, 500, '-infinity'), (900003, 500, '9999-12-31'), (900004, 500, clock_timestamp() + interval '1 day');
select is_empty('select * from pg_temp.open()', 'an answer of no moment, or of one that has not come, judges nothing: it would never be over');
insert into net._http_response (id, status_code, created) values (900005, 500, clock_timestamp() - interval '1 minute');
select results_eq('select * from pg_temp.open()', array['http_untracked:no job'], 'one beside them does');
update analytics.findings set evidence = jsonb_set(evidence, '{failed_at}', to_jsonb(now() - interval '2 hours')) where kind = 'http_untracked';
select is_empty('select * from pg_temp.open()', 'and is over as ever');

-- One that was reported for such a moment before is over with the next pass.
update analytics.findings set state = 'bad', evidence = jsonb_set(evidence, '{failed_at}', '"infinity"') where kind = 'http_untracked';
insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence)
values (1, 'http_untracked', 'no job', 'warning', now(), now(), now(), 1, '{"failed_at": "infinity", "jobs": []}');
select is_empty('select * from pg_temp.open()', 'what was told of such a moment is over');

-- Who ran then: a run without an end that is a moment is no suspect for ever.
insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
select (select coalesce(max(runid), 0) + 1 from cron.job_run_details), jobid, 'succeeded', command, clock_timestamp() - interval '3 hours', 'infinity' from cron.job where jobname = 'probe-edge';
insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
select (select max(runid) + 1 from cron.job_run_details), jobid, 'succeeded', command, '-infinity', clock_timestamp() from cron.job where jobname = 'probe-edge';
insert into net._http_response (id, status_code, created) values (900006, 500, clock_timestamp());
select results_eq('select * from pg_temp.open()', array['http_untracked:no job'], 'a run that began or ended at no moment made no call now');

-- The ledger.
insert into analytics.http_calls (request_id, function_name, deadline_at, awaits_completion) values (900007, 'called', now() + interval '1 minute', false);
insert into net._http_response (id, status_code, created) values (900007, 500, 'infinity');
select freshet.harvest_responses();
select results_eq(
    'select status_code, responded_at from analytics.http_calls where request_id = 900007', $$ values (500, null::timestamptz) $$,
    'the ledger takes the answer, and no moment'
);

-- What is read by people and programs.
select is(
    (select r ->> 'ended_at' from jsonb_array_elements(analytics.list_runs('probe-edge') -> 'rows') as r where r ->> 'started_at' is not null), null,
    'a run that ended at no moment has none in the list of runs'
);
select is((select r -> 'last_run' ->> 'started_at' from jsonb_array_elements(analytics.list_jobs('probe-edge') -> 'rows') as r), null, 'nor in that of jobs');
select lives_ok($$ select analytics.audit_pass() $$, 'no pass fails of it');

select * from finish();
rollback;
