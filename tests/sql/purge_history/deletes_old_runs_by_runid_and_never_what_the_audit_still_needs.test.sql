begin;
select plan(11);

create function pg_temp.plant(run bigint, status text, ended timestamptz)
returns void language sql as $$
    insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
    values (run, 1, status, 'select analytics.refresh_view(''probe'')', ended - interval '1 second', ended);
$$;
create function pg_temp.runs() returns bigint[] language sql as $$
    select array_agg(runid order by runid) from cron.job_run_details;
$$;

delete from cron.job_run_details;
delete from analytics.open_runs;
select pg_temp.plant(1, 'succeeded', now() - interval '20 days');
select pg_temp.plant(2, 'failed', null);
select pg_temp.plant(3, 'running', null);
select pg_temp.plant(4, 'failed', now() - interval '13 days');
select pg_temp.plant(5, 'succeeded', now() - interval '15 days');
select pg_temp.plant(6, 'failed', null);
select pg_temp.plant(7, 'failed', now() - interval '15 days');
select pg_temp.plant(8, 'succeeded', now() - interval '15 days');
select pg_temp.plant(9, 'succeeded', now() - interval '15 days');
select pg_temp.plant(10, 'succeeded', now() - interval '15 days');
update analytics.audit_state set low_runid = 8, last_audit_at = now();
insert into analytics.open_runs (epoch, runid, job_name, status, first_seen_at, last_seen_at)
select epoch, runid, 'probe', 'running', now(), now() from analytics.audit_state, (values (3), (7)) as r (runid);

select is(freshet.purge_history() -> 'runs', '5', 'it says how many runs it deleted');
select is(pg_temp.runs(), array[3, 4, 7, 9, 10]::bigint[], 'a run that is open, young, awaited by the audit or above its watermark stays');
select is(freshet.purge_history() -> 'runs', '0', 'a second call finds nothing');

delete from analytics.open_runs;
update analytics.audit_state set low_runid = 10;
select is(freshet.purge_history() -> 'runs', '2', 'a run that the audit has seen end goes');
select is(pg_temp.runs(), array[3, 4, 10]::bigint[], 'the newest run stays, however old: without it runids would seem to go back');
select is(freshet.begin_epoch(), null, 'so that a purge begins no epoch');

delete from cron.job_run_details;
select pg_temp.plant(run, 'failed', null) from generate_series(1, 5) as run;
select pg_temp.plant(6, 'failed', now() - interval '15 days');
select pg_temp.plant(7, 'succeeded', now());
update analytics.retention set batch_size = 2, swept = '{}' where history = 'runs';
select is(freshet.purge_history() -> 'runs', '2', 'a call deletes at most a batch, and runs without times count as old as what follows them');
select is(freshet.purge_history() -> 'runs', '2', 'the next call the next');
select is(freshet.purge_history() -> 'runs', '2', 'and so on');
select is(pg_temp.runs(), array[7]::bigint[], 'until all is gone that was to go');
select pg_temp.plant(8, 'succeeded', now());
update cron.job_run_details set end_time = null, start_time = null where runid = 7;
select is(freshet.purge_history() -> 'runs', '0', 'a run without times stays while nothing old follows it');

select * from finish();
rollback;
