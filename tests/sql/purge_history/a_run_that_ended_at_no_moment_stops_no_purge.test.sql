begin;
select plan(2);

delete from cron.job_run_details;
update analytics.audit_state set low_runid = 2000, judged_since = now() - interval '90 days', last_audit_at = now();
update analytics.retention set keep_for = '14 days', of_all_jobs = true, batch_size = 100, swept = '{}' where history = 'runs';
insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
select 1000 + n, 1, 'succeeded', 'select 1', case when n % 2 = 0 then 'infinity' else now() - interval '30 days' end, 'infinity'::timestamptz
from generate_series(1, 40) as n;
insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
select 1100 + n, 1, 'succeeded', 'select 1', now() - interval '20 days', now() - interval '20 days' from generate_series(1, 40) as n;
insert into cron.job_run_details (runid, jobid, status, command, start_time, end_time)
values (1900, 1, 'succeeded', 'select 1', now(), 'infinity'), (2000, 1, 'succeeded', 'select 1', now(), now());
select freshet.purge_runs(r) from analytics.retention as r where r.history = 'runs';
select results_eq(
    'select runid from cron.job_run_details order by 1', array[1900, 2000]::bigint[], 'a run that ended at "infinity" is as old as it began, or as the runs around it'
);
select lives_ok('select freshet.purge_history()', 'and no purge fails of one');

select * from finish();
rollback;
