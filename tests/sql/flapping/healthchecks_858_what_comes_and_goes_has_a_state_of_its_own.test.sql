begin;
select plan(13);

create function pg_temp.plant(job text, status text, message text default null, owner text default null)
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time, username)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, clock_timestamp(), clock_timestamp(), owner
    from cron.job as j where j.jobname = job and j.username = coalesce(owner, j.username)
    returning runid;
$$;
create function pg_temp.told() returns table (transition text, kind text) language sql as $$
    select o.transition, o.payload ->> 'kind' from analytics.outbox as o where o.payload ->> 'job' = 'probe-a' order by o.created_at, o.incident_id;
$$;
create function pg_temp.fail_and_recover() returns void language plpgsql as $$
begin
    perform pg_temp.plant('probe-a', 'failed', 'ERROR:  now and then');
    perform analytics.audit_pass();
    perform pg_temp.plant('probe-a', 'succeeded');
    perform analytics.audit_pass();
end $$;
select analytics.register_job('probe-a', '*/10 * * * *', 'select 1');
select analytics.audit_pass();

select pg_temp.fail_and_recover(), pg_temp.fail_and_recover();
select is((select count(*) from pg_temp.told()), 4::bigint, 'twice within two hours is told as it comes');
select pg_temp.fail_and_recover();
select results_eq('select * from pg_temp.told() offset 4', $$ values ('opened', 'flapping') $$, 'the third time it is flapping, and its good run is no recovery');
select pg_temp.fail_and_recover() from generate_series(1, 6);
select results_eq('select * from pg_temp.told() offset 4', $$ values ('opened', 'flapping') $$, 'which is told once, however long it goes on');
select results_eq(
    $$ select subject, severity, job_name, occurrence_count, evidence ->> 'of_kind', evidence ->> 'schedule' from analytics.incidents where kind = 'flapping' $$,
    $$ values ('probe-a', 'error', 'probe-a', 7::bigint, 'failed', '*/10 * * * *') $$, 'as severe as what comes and goes, and every time is counted'
);
select is((select evidence ->> 'message' from analytics.incidents where kind = 'flapping'), 'failed again and again within 120 minutes, the last time: ERROR:  now and then', 'it says what the last time said');
select is(analytics.get_audit_health() -> 'reasons' @> '["flapping:probe-a"]', true, 'health is red for as long');

update analytics.incidents set last_seen_at = clock_timestamp() - interval '59 minutes' where kind = 'flapping';
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where kind = 'flapping'), null, 'an hour without trouble is waited for');
update analytics.incidents set last_seen_at = clock_timestamp() - interval '61 minutes' where kind = 'flapping';
select analytics.audit_pass();
select results_eq('select * from pg_temp.told() offset 4', $$ values ('opened', 'flapping'), ('recovered', 'flapping') $$, 'steady for long enough it is over, though no run came');
update analytics.incidents set opened_at = opened_at - interval '2 hours';
select pg_temp.plant('probe-a', 'failed', 'ERROR:  much later'), analytics.audit_pass();
select results_eq('select * from pg_temp.told() offset 6', $$ values ('opened', 'failed') $$, 'afterwards a failure is a failure');

-- The window is as long as six periods of the job.
select is(freshet.flapping_window('{"job": "probe-a"}'), interval '2 hours', 'two hours for what is due every ten minutes');
select analytics.register_job('probe-n', '0 3 * * *', 'select 1');
select is(freshet.flapping_window('{"job": "probe-n"}'), interval '6 days', 'six days for a nightly job');
select is(freshet.flapping_window('{}'), interval '2 hours', 'two hours for what is no job''s');

-- What speaks for others keeps its kind, and is over after half an hour of quiet when it comes again and again.
create function pg_temp.refuse() returns void language plpgsql as $$
begin
    perform pg_temp.plant('probe-n', 'failed', 'connection failed');
    perform analytics.audit_pass();
    perform pg_temp.plant('probe-n', 'succeeded');
    perform analytics.audit_pass();
end $$;
select pg_temp.refuse() from generate_series(1, 5);
select results_eq(
    $$ select o.transition from analytics.outbox as o where o.payload ->> 'kind' = 'infrastructure' order by o.created_at, o.incident_id $$,
    array['opened', 'recovered', 'opened', 'recovered', 'opened'], 'a connection that is refused every other time is told three times, and then not for each'
);

select * from finish();
rollback;
