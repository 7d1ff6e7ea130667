begin;
select plan(6);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1', max_runtime => '20 minutes');
select cron.schedule('probe-undeclared', '0 0 1 1 *', 'select 1');
select analytics.adopt_job('probe-undeclared');
delete from analytics.scheduled_jobs where job_name = 'probe-undeclared';
select pg_temp.plant('probe-a', 'running', null, now(), null), pg_temp.plant('probe-undeclared', 'running', null, now(), null);
-- This very session plays the process of both, and has been there for long enough.
update cron.job_run_details set job_pid = pg_backend_pid() where status = 'running';
create function pg_temp.began(ago interval) returns void language sql as $$
    update cron.job_run_details set start_time = greatest(now() - ago, '-infinity') where status = 'running';
$$;

select pg_temp.began('19 minutes');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind in ('stuck', 'zombie')), 0::bigint, 'a run may take its time');

update analytics.open_runs set started_at = now() - interval '21 minutes';
create function pg_temp.is_alive() returns boolean language sql as $$ select freshet.is_run_alive(o) from analytics.open_runs as o limit 1 $$;
select is(pg_temp.is_alive(), false, 'a process that is younger than the run is another one');

-- The process of a test cannot be 21 minutes old, so the limit is made short instead.
update analytics.open_runs set started_at = clock_timestamp() where true;
update cron.job_run_details set start_time = clock_timestamp() where status = 'running';
update analytics.scheduled_jobs set max_runtime = '1 microsecond' where job_name = 'probe-a';
select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, (evidence ->> 'pid')::integer from analytics.incidents where kind = 'stuck' $$,
    $$ values ('probe-a', 'error', pg_backend_pid()) $$,
    'a run that is over its limit is stuck, and another that has no limit is not'
);
select analytics.audit_pass();
select is((select count(*) from analytics.outbox where payload ->> 'kind' = 'stuck'), 1::bigint, 'which is told once');
update cron.job_run_details set status = 'succeeded', return_message = '1 row', end_time = now() where status = 'running';
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'stuck'), 'recovered', 'its end ends the incident');
select is((select count(*) from analytics.incidents where kind = 'zombie'), 0::bigint, 'and nobody took it for dead');

select * from finish();
rollback;
