begin;
select plan(12);

create function pg_temp.plant(run bigint, command text, ended timestamptz)
returns void language sql as $$
    insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
    values (run, 1, 'succeeded', command, ended - interval '1 second', ended);
$$;
create function pg_temp.runs() returns bigint[] language sql as $$
    select array_agg(runid order by runid) from cron.job_run_details;
$$;
delete from cron.job_run_details;
delete from analytics.open_runs;
select pg_temp.plant(1, 'refresh materialized view concurrently analytics.probe', now() - interval '90 days');
select pg_temp.plant(2, 'set statement_timeout = ''60s''; select analytics.refresh_view(''probe'')', now() - interval '90 days');
select pg_temp.plant(3, 'select freshet.their_own()', now() - interval '90 days');
select pg_temp.plant(4, 'select freshet.purge_history()', now() - interval '90 days');
select pg_temp.plant(5, null, now() - interval '90 days');
select pg_temp.plant(6, 'select 1', now() - interval '90 days');
select pg_temp.plant(7, 'select analytics.invoke_function(''probe'')', now() - interval '90 days');
select pg_temp.plant(8, 'select 1', now());
update analytics.audit_state set low_runid = 8, last_audit_at = now();

select is(freshet.purge_history() -> 'runs', '3', 'after an installation nothing is deleted but what Freshet''s own jobs wrote');
select is(pg_temp.runs(), array[1, 3, 5, 6, 8]::bigint[], 'other people''s runs stay, however old');
select is(freshet.purge_history() -> 'runs', '0', 'and again');
select is((select swept ->> 'runid' from analytics.retention where history = 'runs'), '7', 'what stays is not read again each hour');
select pg_temp.plant(9, 'select analytics.refresh_view(''probe'')', now() - interval '20 days'), pg_temp.plant(10, 'select 1', now());
update analytics.audit_state set low_runid = 10;
select is(freshet.purge_history() -> 'runs', '1', 'it goes on where it was');
select is(pg_temp.runs(), array[1, 3, 5, 6, 8, 10]::bigint[], 'behind what stays');

update analytics.retention set of_all_jobs = true where history = 'runs';
select is(freshet.purge_history() -> 'runs', '4', 'one statement lets it take the runs of all jobs, those that it had passed as well');
select is(pg_temp.runs(), array[8, 10]::bigint[], 'that are old enough');
update analytics.retention set of_all_jobs = false where history = 'runs';
select is(freshet.purge_history() -> 'runs', '0', 'and back');
select throws_ok(
    $$ update analytics.retention set of_all_jobs = true where history = 'outbox' $$, '23514', null, 'it is a rule of runs only'
);

-- A window that holds nothing but what stays does not keep the purge from what comes after it.
delete from cron.job_run_details;
select pg_temp.plant(run, 'select 1', now() - interval '30 days') from generate_series(1, 10) as run;
select pg_temp.plant(11, 'select analytics.refresh_view(''probe'')', now() - interval '30 days'), pg_temp.plant(12, 'select 1', now());
update analytics.audit_state set low_runid = 12;
update analytics.retention set batch_size = 4, swept = '{}' where history = 'runs';
select is(
    (freshet.purge_history() -> 'runs')::text || (freshet.purge_history() -> 'runs')::text || (freshet.purge_history() -> 'runs')::text, '001',
    'call by call it comes to its own'
);
delete from cron.job_run_details;
select pg_temp.plant(1, 'select analytics.refresh_view(''probe'')', now() - interval '30 days'), pg_temp.plant(2, 'select 1', now());
update analytics.audit_state set epoch = epoch + 1, low_runid = 2;
select is(freshet.purge_history() -> 'runs', '1', 'a history that begins again is read from its beginning');

select * from finish();
rollback;
